// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * A port of the dev pod on which something listens, in whichever of its containers.
 *
 * @param loopbackOnly It listens on the pod's loopback address alone. A forward reaches it all the same; other pods
 *     do not.
 * @param port The port in the pod.
 */
public record ListeningPort(boolean loopbackOnly, int port) {}
