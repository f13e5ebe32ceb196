// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * Several streams, the oldest first.
 *
 * @param streams A terminal, a command or a log with all that there is to know of it.
 */
public record StreamList(List<StreamStatus> streams) {}
