// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * What could not be read of a workload.
 *
 * @param error An error as clients see it: the JSON-RPC error's {@code data}, and the {@code error} of a session.
 * @param part What is read of a workload beside the workload itself. One of {@link DescribedPart}.
 */
public record DescriptionTrouble(ErrorInfo error, String part) {}
