// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * The connections of a forward.
 *
 * @param connections Connections accepted since the forward was opened.
 * @param localPort The port on 127.0.0.1.
 * @param openConnections Connections open now.
 * @param remotePort The port in the pod.
 */
public record ForwardProgress(long connections, int localPort, long openConnections, int remotePort) {}
