// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * Who made a workload and may undo changes to it.
 *
 * @param kind What manages workloads. One of {@link ManagerKind}.
 * @param name The Helm release, the Argo CD application, the Kustomization or HelmRelease of Flux, or the owner's
 *     kind and name.
 * @param reverts Whether it undoes changes by itself, as far as the workload tells: an owner and a Kustomization
 *     do; a HelmRelease and Argo CD may, which stands elsewhere.
 * @param namespace Where it is, where that is told. May be null.
 */
public record Manager(String kind, String name, boolean reverts, String namespace) {}
