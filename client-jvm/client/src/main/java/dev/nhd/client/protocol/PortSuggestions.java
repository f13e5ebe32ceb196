// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * Ports of the dev pod that may be worth a forward.
 *
 * @param ports By number. Those of nhd's own are not among them.
 * @param warnings What could not be asked, and why: the suggestions are without it. Empty where there is none.
 */
public record PortSuggestions(List<PortSuggestion> ports, List<String> warnings) {
    /**
     * A list that is absent is empty.
     *
     * @param ports By number. Those of nhd's own are not among them.
     * @param warnings What could not be asked, and why: the suggestions are without it. Empty where there is none.
     */
    public PortSuggestions {
        warnings = warnings == null ? List.of() : warnings;
    }
}
