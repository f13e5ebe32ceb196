// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;
import java.util.Map;

/**
 * One workload in detail, as the cluster has it now: in DevMode that is the dev pod's template.
 *
 * @param containers In the order in which they begin: init containers with the sidecars among them, then the
 *     others.
 * @param context The kubeconfig's context.
 * @param managers Who made it and may undo changes; the one that does so most surely comes first.
 * @param pods Its pods, the newest first, at most 100; in DevMode those of the dev workload beside it too.
 * @param server The address of the API server.
 * @param services The services that select its pods.
 * @param summary The workload at a glance, with who has it in DevMode.
 * @param createdAt When it was made. May be null.
 * @param labels Its labels. May be null.
 * @param lastChoice What was chosen when it was last put into DevMode from this machine. May be null.
 * @param morePods How many pods are left out. May be null.
 * @param troubles What could not be read, and why; its list is empty then. Empty where there is none.
 */
public record WorkloadDescription(
        List<ContainerDescription> containers,
        String context,
        List<Manager> managers,
        List<PodDescription> pods,
        String server,
        List<ServiceDescription> services,
        WorkloadSummary summary,
        String createdAt,
        Map<String, String> labels,
        LastChoice lastChoice,
        Long morePods,
        List<DescriptionTrouble> troubles) {
    /**
     * A list that is absent is empty.
     *
     * @param containers In the order in which they begin: init containers with the sidecars among them, then the
     *     others.
     * @param context The kubeconfig's context.
     * @param managers Who made it and may undo changes; the one that does so most surely comes first.
     * @param pods Its pods, the newest first, at most 100; in DevMode those of the dev workload beside it too.
     * @param server The address of the API server.
     * @param services The services that select its pods.
     * @param summary The workload at a glance, with who has it in DevMode.
     * @param createdAt When it was made. May be null.
     * @param labels Its labels. May be null.
     * @param lastChoice What was chosen when it was last put into DevMode from this machine. May be null.
     * @param morePods How many pods are left out. May be null.
     * @param troubles What could not be read, and why; its list is empty then. Empty where there is none.
     */
    public WorkloadDescription {
        troubles = troubles == null ? List.of() : troubles;
    }
}
