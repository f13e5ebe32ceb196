// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * A port of a container.
 *
 * @param port The number.
 * @param protocol {@code TCP}, {@code UDP} or {@code SCTP}.
 * @param name The name that services may refer to. May be null.
 */
public record ContainerPort(int port, String protocol, String name) {}
