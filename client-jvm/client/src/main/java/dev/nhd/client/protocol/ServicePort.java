// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * A port of a service.
 *
 * @param port The number by which the service is called.
 * @param protocol {@code TCP}, {@code UDP} or {@code SCTP}.
 * @param name Its name. May be null.
 * @param targetPort The port of the pod that it leads to: what to forward. Absent where it is a name that no
 *     container has. May be null.
 */
public record ServicePort(int port, String protocol, String name, Integer targetPort) {}
