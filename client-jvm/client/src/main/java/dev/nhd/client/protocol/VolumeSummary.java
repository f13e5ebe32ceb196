// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * A volume claim that nhd made for a folder of a dev container.
 *
 * @param capacity How much it has, or asks for as long as it has no volume: a quantity as Kubernetes writes it,
 *     such as {@code 10Gi}.
 * @param container The container of the workload.
 * @param createdAt By the API server's clock.
 * @param name The claim's name.
 * @param path The folder in the dev container.
 * @param phase How far a claim is. One of {@link VolumePhase}.
 * @param workload The workload that it was made for, whether that is there or not; its namespace is the claim's.
 * @param storageClass The storage class; absent where it has none. May be null.
 * @param usedBy What uses it now. Empty where there is none.
 */
public record VolumeSummary(
        String capacity,
        String container,
        String createdAt,
        String name,
        String path,
        String phase,
        WorkloadRef workload,
        String storageClass,
        List<VolumeUse> usedBy) {
    /**
     * A list that is absent is empty.
     *
     * @param capacity How much it has, or asks for as long as it has no volume: a quantity as Kubernetes writes it,
     *     such as {@code 10Gi}.
     * @param container The container of the workload.
     * @param createdAt By the API server's clock.
     * @param name The claim's name.
     * @param path The folder in the dev container.
     * @param phase How far a claim is. One of {@link VolumePhase}.
     * @param workload The workload that it was made for, whether that is there or not; its namespace is the
     *     claim's.
     * @param storageClass The storage class; absent where it has none. May be null.
     * @param usedBy What uses it now. Empty where there is none.
     */
    public VolumeSummary {
        usedBy = usedBy == null ? List.of() : usedBy;
    }
}
