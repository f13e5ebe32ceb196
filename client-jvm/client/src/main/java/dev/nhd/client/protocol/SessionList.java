// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * Several sessions.
 *
 * @param sessions A dev session with all that there is to know of it.
 */
public record SessionList(List<SessionStatus> sessions) {}
