// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * A first configuration, with comments.
 *
 * @param fromCluster Whether the workload's own containers are in it.
 * @param text The text.
 * @param warnings Why the cluster could not be asked. Empty where there is none.
 */
public record ConfigScaffoldResult(boolean fromCluster, String text, List<String> warnings) {
    /**
     * A list that is absent is empty.
     *
     * @param fromCluster Whether the workload's own containers are in it.
     * @param text The text.
     * @param warnings Why the cluster could not be asked. Empty where there is none.
     */
    public ConfigScaffoldResult {
        warnings = warnings == null ? List.of() : warnings;
    }
}
