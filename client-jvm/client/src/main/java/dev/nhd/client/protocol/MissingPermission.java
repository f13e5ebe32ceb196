// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * One thing that must be allowed, as a rule of a Role names it.
 *
 * @param group The API group; empty for the core group.
 * @param resource In the plural, as in a rule: {@code pods}.
 * @param verb What is to be allowed: {@code get}, {@code list}, {@code create}.
 * @param name The one object that it is about, where it is about one. May be null.
 * @param namespace Where; absent for what is not in a namespace. May be null.
 * @param subresource Such as {@code portforward}. May be null.
 */
public record MissingPermission(
        String group,
        String resource,
        String verb,
        String name,
        String namespace,
        String subresource) {}
