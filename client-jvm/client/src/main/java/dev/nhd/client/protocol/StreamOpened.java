// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * The payload of {@code opened}.
 *
 * @param cut Whether what was written before those is lost.
 * @param replayed How many bytes follow that were written before; at most 256 KiB.
 * @param stream A terminal, a command or a log with all that there is to know of it.
 */
public record StreamOpened(boolean cut, long replayed, StreamStatus stream) {}
