// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * One namespace.
 *
 * @param name Its name.
 * @param terminating It is being deleted (phase {@code Terminating}): nothing can be made in it. May be null.
 */
public record NamespaceEntry(String name, Boolean terminating) {}
