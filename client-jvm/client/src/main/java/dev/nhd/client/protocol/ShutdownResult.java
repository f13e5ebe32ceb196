// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * Sessions live on: the next daemon picks them up again where the cluster is.
 *
 * @param sessionsLeft How many sessions stay in DevMode while no daemon runs.
 */
public record ShutdownResult(long sessionsLeft) {}
