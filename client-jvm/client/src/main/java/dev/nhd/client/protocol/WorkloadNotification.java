// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * The params of the notification that carries an event of the workloads.
 *
 * @param result What a subscription to workloads tells. A {@code snapshot} replaces all that the client knows, a
 *     {@code changed} adds and removes; both say {@code more} where what belongs to them is too long for one message
 *     and goes on in a {@code changed}.
 * @param subscription The id that {@code workload.subscribe} answered with.
 */
public record WorkloadNotification(WorkloadEvent result, String subscription) {}
