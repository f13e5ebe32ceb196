// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * What is wrong with a text: the first 200.
 *
 * @param problems In the order of the text, then those of included files.
 */
public record ConfigCheckResult(List<ConfigProblem> problems) {}
