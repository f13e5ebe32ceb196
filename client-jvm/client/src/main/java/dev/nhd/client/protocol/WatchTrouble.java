// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * What cannot be told, and why.
 *
 * @param error Why. The daemon tries again by itself; what is forbidden, ever less often, up to five minutes apart.
 * @param part What a subscription to workloads watches. One of {@link WatchedPart}.
 */
public record WatchTrouble(ErrorInfo error, String part) {}
