// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * Who calls. A daemon that speaks another protocol version answers with {@code protocolMismatch}.
 *
 * @param client The client's name and version, for the log: {@code nhd-cli 0.1.0}.
 * @param protocol The protocol version that the client speaks.
 */
public record HelloParams(String client, long protocol) {}
