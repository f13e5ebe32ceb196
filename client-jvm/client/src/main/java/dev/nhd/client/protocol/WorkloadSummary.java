// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * One workload at a glance.
 *
 * @param containers The names of its containers.
 * @param workload One workload of a cluster.
 * @param devMode Present while it is in DevMode. May be null.
 * @param replicas How many pods it wants and how many are ready; not of kinds that do not count them. May be null.
 * @param trouble What is the matter with its pods. {@code workload.list} reads no pods but bare ones, and so tells
 *     it of those alone. May be null.
 */
public record WorkloadSummary(
        List<String> containers,
        WorkloadRef workload,
        DevModeSummary devMode,
        ReplicaCount replicas,
        WorkloadTrouble trouble) {}
