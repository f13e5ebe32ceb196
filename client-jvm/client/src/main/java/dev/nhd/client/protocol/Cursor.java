// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * A place in the log. {@code seq} counts up by one from 1 within an epoch; a new epoch begins with a new store.
 *
 * @param epoch The log. Numbers of two epochs say nothing of each other.
 * @param seq The event's number in it.
 */
public record Cursor(String epoch, long seq) {}
