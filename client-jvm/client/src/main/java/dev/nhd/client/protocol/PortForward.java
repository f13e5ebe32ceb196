// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * A forward from a port on 127.0.0.1, and on {@code ::1} where it can be had, to a port in the dev pod. It outlives
 * pods and daemons, and ends with its session.
 *
 * @param connections Connections accepted since the forward was opened.
 * @param openConnections Connections open now.
 * @param reason Why there is a forward. One of {@link ForwardReason}.
 * @param remotePort The port in the pod.
 * @param state How far a forward has come. One of {@link ForwardState}.
 * @param error Why the local port could not be opened. May be null.
 * @param lastError The last connection that failed, and why: where nothing listens on the port in the pod, it says
 *     so. May be null.
 * @param localPort The port on 127.0.0.1; absent while a free one is yet to be chosen. May be null.
 */
public record PortForward(
        long connections,
        long openConnections,
        String reason,
        int remotePort,
        String state,
        ErrorInfo error,
        String lastError,
        Integer localPort) {}
