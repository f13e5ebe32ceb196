// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * Why a context will not work as it is.
 *
 * @param kind What can be wrong with a context. One of {@link ContextProblemKind}.
 * @param message What is wrong, and with what.
 */
public record ContextProblem(String kind, String message) {}
