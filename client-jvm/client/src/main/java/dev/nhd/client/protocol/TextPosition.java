// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * A place in a text as LSP has it.
 *
 * @param character The column, from 0, in units of UTF-16.
 * @param line The line, from 0.
 */
public record TextPosition(long character, long line) {}
