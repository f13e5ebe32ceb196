// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * What a start with the same parameters would use.
 *
 * @param entries One key with its effective value.
 * @param workload One workload of a cluster.
 * @param warnings What was found and has no effect, each with its place. Empty where there is none.
 */
public record ConfigResult(List<ConfigEntry> entries, WorkloadRef workload, List<String> warnings) {
    /**
     * A list that is absent is empty.
     *
     * @param entries One key with its effective value.
     * @param workload One workload of a cluster.
     * @param warnings What was found and has no effect, each with its place. Empty where there is none.
     */
    public ConfigResult {
        warnings = warnings == null ? List.of() : warnings;
    }
}
