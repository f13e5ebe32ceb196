// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * The workloads that could be developed in: without pods and jobs that a controller made, and without what nhd
 * itself made. Kinds that the user may not list are left out and named.
 *
 * @param context The kubeconfig's context.
 * @param server The address of the API server.
 * @param workloads One workload at a glance.
 * @param warnings What could not be listed, and why. Empty where there is none.
 */
public record WorkloadList(String context, String server, List<WorkloadSummary> workloads, List<String> warnings) {
    /**
     * A list that is absent is empty.
     *
     * @param context The kubeconfig's context.
     * @param server The address of the API server.
     * @param workloads One workload at a glance.
     * @param warnings What could not be listed, and why. Empty where there is none.
     */
    public WorkloadList {
        warnings = warnings == null ? List.of() : warnings;
    }
}
