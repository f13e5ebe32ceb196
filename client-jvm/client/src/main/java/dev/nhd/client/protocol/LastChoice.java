// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * What was chosen when a workload was last put into DevMode from this machine.
 *
 * @param at When that was.
 * @param image The dev image.
 * @param source The source folder.
 * @param container The container that was developed in; absent where it was the only one. May be null.
 */
public record LastChoice(String at, String image, String source, String container) {}
