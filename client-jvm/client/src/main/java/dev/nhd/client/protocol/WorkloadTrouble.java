// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * What is the matter with the pods of a workload: the worst of it.
 *
 * @param pods How many of its pods are in trouble.
 * @param reason In one word, mostly the cluster's: {@code CrashLoopBackOff}, {@code ImagePullBackOff},
 *     {@code Unschedulable}, {@code FailedCreate}.
 * @param container The container of it. May be null.
 * @param message In the cluster's words, cut where they are long. May be null.
 * @param pod The pod that it is told of; absent where the workload itself tells it. May be null.
 */
public record WorkloadTrouble(long pods, String reason, String container, String message, String pod) {}
