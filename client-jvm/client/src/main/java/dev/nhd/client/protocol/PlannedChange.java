// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * One object that a start would create or change.
 *
 * @param action What happens to an object of the cluster. One of {@link PlannedAction}.
 * @param diff A unified diff of the manifest as YAML. Secret values are left out.
 * @param kind The object's kind, as the Kubernetes API spells it.
 * @param name The object's name.
 */
public record PlannedChange(String action, String diff, String kind, String name) {}
