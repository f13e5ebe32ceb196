// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * What mends a problem.
 *
 * @param edits In the text that was checked.
 * @param title What it does, in a few words.
 */
public record ConfigFix(List<TextEdit> edits, String title) {}
