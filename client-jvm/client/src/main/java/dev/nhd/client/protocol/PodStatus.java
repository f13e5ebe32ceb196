// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * The dev pod.
 *
 * @param ready Whether its two containers are ready.
 * @param hint What to do about that, where it is more than a matter of time. May be null.
 * @param name Its name, once there is one. May be null.
 * @param waitingFor What it waits for, in the cluster's words: {@code ErrImagePull: …}. May be null.
 */
public record PodStatus(boolean ready, String hint, String name, String waitingFor) {}
