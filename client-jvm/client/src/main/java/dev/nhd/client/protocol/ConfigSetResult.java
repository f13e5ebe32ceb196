// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * The text with the key written.
 *
 * @param edits What changed in the old text; empty where it said so already.
 * @param text The whole new text. Outside of the edits it is the old one, byte for byte.
 * @param written Whether the file was written.
 */
public record ConfigSetResult(List<TextEdit> edits, String text, boolean written) {}
