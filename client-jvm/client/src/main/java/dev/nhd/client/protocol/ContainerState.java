// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * A container of a pod.
 *
 * @param name Its name.
 * @param ready Whether its probes say that it is ready.
 * @param restarts How often it was started again.
 * @param state How far a container is. One of {@link ContainerPhase}.
 * @param exitCode With which exit code it ended, or ended the last time. May be null.
 * @param message The same in the cluster's words. May be null.
 * @param reason Why it waits or ended, in one word, such as {@code ImagePullBackOff} or {@code Error}. May be null.
 * @param startedAt Since when it runs. May be null.
 */
public record ContainerState(
        String name,
        boolean ready,
        long restarts,
        String state,
        Long exitCode,
        String message,
        String reason,
        String startedAt) {}
