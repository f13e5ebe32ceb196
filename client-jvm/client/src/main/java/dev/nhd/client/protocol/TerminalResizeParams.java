// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * Changes the size of a terminal.
 *
 * @param columns How many characters are in a line.
 * @param rows How many lines there are.
 * @param stream Its id.
 */
public record TerminalResizeParams(int columns, int rows, String stream) {}
