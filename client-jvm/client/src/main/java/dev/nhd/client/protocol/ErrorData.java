// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * What there is to act on. Each member is there where the error is about it.
 *
 * @param choices What could be named instead, as far as it can be listed. Empty where there is none.
 * @param choicesOf What {@code choices} are. One of {@link Choices}. May be null.
 * @param holder What has the local port. May be null.
 * @param location Where in a file it is. May be null.
 * @param missing What the user must be allowed and is not. Empty where there is none.
 * @param owner Who has the workload in DevMode. May be null.
 */
public record ErrorData(
        List<String> choices,
        String choicesOf,
        PortHolder holder,
        ErrorLocation location,
        List<MissingPermission> missing,
        DevModeOwner owner) {
    /**
     * A list that is absent is empty.
     *
     * @param choices What could be named instead, as far as it can be listed. Empty where there is none.
     * @param choicesOf What {@code choices} are. One of {@link Choices}. May be null.
     * @param holder What has the local port. May be null.
     * @param location Where in a file it is. May be null.
     * @param missing What the user must be allowed and is not. Empty where there is none.
     * @param owner Who has the workload in DevMode. May be null.
     */
    public ErrorData {
        choices = choices == null ? List.of() : choices;
        missing = missing == null ? List.of() : missing;
    }
}
