// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * Pods of a workload.
 *
 * @param desired How many the workload wants.
 * @param ready How many are ready.
 */
public record ReplicaCount(long desired, long ready) {}
