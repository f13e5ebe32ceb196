// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * What {@code session.end} set going. Ending what has ended already is a success with no sessions.
 *
 * @param sessions The sessions that are being ended now; {@code session.wait} with {@code ended} waits for each.
 */
public record EndResult(List<SessionStatus> sessions) {}
