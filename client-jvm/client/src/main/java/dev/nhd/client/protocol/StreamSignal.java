// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * The payload of {@code signal}.
 *
 * @param signal Signals that a command can be sent. One of {@link Signal}.
 */
public record StreamSignal(String signal) {}
