// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * Dev images, the best guess first and none twice. No registry was asked whether they are there.
 *
 * @param images The best guess first.
 * @param lastChoice What was chosen when the workload was last put into DevMode from this machine. May be null.
 * @param warnings What could not be looked at, and why. Empty where there is none.
 */
public record ImageSuggestions(List<ImageSuggestion> images, LastChoice lastChoice, List<String> warnings) {
    /**
     * A list that is absent is empty.
     *
     * @param images The best guess first.
     * @param lastChoice What was chosen when the workload was last put into DevMode from this machine. May be null.
     * @param warnings What could not be looked at, and why. Empty where there is none.
     */
    public ImageSuggestions {
        warnings = warnings == null ? List.of() : warnings;
    }
}
