// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * The size of a terminal in characters.
 *
 * @param columns How many characters are in a line.
 * @param rows How many lines there are.
 */
public record TerminalSize(int columns, int rows) {}
