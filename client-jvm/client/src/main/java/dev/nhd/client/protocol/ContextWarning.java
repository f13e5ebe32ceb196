// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * A file of the kubeconfig that gave nothing.
 *
 * @param file The file.
 * @param message Why it gave nothing; no line of it is quoted.
 */
public record ContextWarning(String file, String message) {}
