// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * A place in a file.
 *
 * @param column From 1, in characters.
 * @param file The file's path, or whose annotation it is.
 * @param line From 1.
 */
public record ErrorLocation(long column, String file, long line) {}
