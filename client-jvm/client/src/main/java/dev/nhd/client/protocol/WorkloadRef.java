// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * One workload of a cluster.
 *
 * @param kind The kinds of workload that DevMode knows, spelled as the Kubernetes API spells them. One of
 *     {@link WorkloadKind}.
 * @param name Its name.
 * @param namespace Where it is.
 */
public record WorkloadRef(String kind, String name, String namespace) {}
