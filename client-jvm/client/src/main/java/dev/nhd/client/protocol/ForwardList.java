// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * Several forwards.
 *
 * @param forwards A forward with the session that it belongs to.
 */
public record ForwardList(List<SessionForward> forwards) {}
