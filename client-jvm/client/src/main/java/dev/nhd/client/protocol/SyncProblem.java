// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * A path that cannot be read or written.
 *
 * @param error Why it cannot be, in the words of the system.
 * @param path Relative to the source folder.
 */
public record SyncProblem(String error, String path) {}
