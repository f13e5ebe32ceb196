// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * What is to stand in the place of a stretch.
 *
 * @param newText The new text.
 * @param range A stretch of a text as LSP has it.
 */
public record TextEdit(String newText, TextRange range) {}
