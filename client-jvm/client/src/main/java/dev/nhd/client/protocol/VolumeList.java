// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * The claims of a namespace, or of all.
 *
 * @param context The kubeconfig's context.
 * @param server The address of the API server.
 * @param volumes By namespace and name.
 * @param warnings What could not be read, and why: without the pods nobody knows what uses a claim. Empty where
 *     there is none.
 */
public record VolumeList(String context, String server, List<VolumeSummary> volumes, List<String> warnings) {
    /**
     * A list that is absent is empty.
     *
     * @param context The kubeconfig's context.
     * @param server The address of the API server.
     * @param volumes By namespace and name.
     * @param warnings What could not be read, and why: without the pods nobody knows what uses a claim. Empty where
     *     there is none.
     */
    public VolumeList {
        warnings = warnings == null ? List.of() : warnings;
    }
}
