// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * What a start with the same parameters would use.
 *
 * @param entries One key with its effective value.
 * @param workload One workload of a cluster.
 * @param notices The same as codes with arguments, in the same order. Empty where there is none.
 * @param warnings What was found and has no effect, each with its place. Empty where there is none.
 */
public record ConfigResult(
        List<ConfigEntry> entries,
        WorkloadRef workload,
        List<Notice> notices,
        List<String> warnings) {
    /**
     * A list that is absent is empty.
     *
     * @param entries One key with its effective value.
     * @param workload One workload of a cluster.
     * @param notices The same as codes with arguments, in the same order. Empty where there is none.
     * @param warnings What was found and has no effect, each with its place. Empty where there is none.
     */
    public ConfigResult {
        notices = notices == null ? List.of() : notices;
        warnings = warnings == null ? List.of() : warnings;
    }
}
