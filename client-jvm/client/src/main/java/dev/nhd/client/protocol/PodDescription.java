// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * A pod of the workload.
 *
 * @param containers Its containers, init containers first.
 * @param name Its name.
 * @param phase {@code Pending}, {@code Running}, {@code Succeeded}, {@code Failed} or {@code Unknown};
 *     {@code Terminating} while it is being deleted.
 * @param ready Whether the cluster counts it as ready.
 * @param restarts How often its containers were started again.
 * @param createdAt When it was made. May be null.
 * @param dev Whether it is a dev pod. May be null.
 * @param message The same in the cluster's words. May be null.
 * @param node The node that it is on. May be null.
 * @param reason What is the matter with it, in one word, such as {@code CrashLoopBackOff}. May be null.
 */
public record PodDescription(
        List<ContainerState> containers,
        String name,
        String phase,
        boolean ready,
        long restarts,
        String createdAt,
        Boolean dev,
        String message,
        String node,
        String reason) {}
