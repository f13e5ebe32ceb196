// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * What {@code session.start} with the same parameters would do.
 *
 * @param changes In the order in which they would be written.
 * @param container The container to develop in.
 * @param context The kubeconfig's context.
 * @param server The address of the API server.
 * @param workload One workload of a cluster.
 * @param notices The same as codes with arguments, in the same order. Empty where there is none.
 * @param warnings What the user should know before. Empty where there is none.
 */
public record PlanResult(
        List<PlannedChange> changes,
        String container,
        String context,
        String server,
        WorkloadRef workload,
        List<Notice> notices,
        List<String> warnings) {
    /**
     * A list that is absent is empty.
     *
     * @param changes In the order in which they would be written.
     * @param container The container to develop in.
     * @param context The kubeconfig's context.
     * @param server The address of the API server.
     * @param workload One workload of a cluster.
     * @param notices The same as codes with arguments, in the same order. Empty where there is none.
     * @param warnings What the user should know before. Empty where there is none.
     */
    public PlanResult {
        notices = notices == null ? List.of() : notices;
        warnings = warnings == null ? List.of() : warnings;
    }
}
