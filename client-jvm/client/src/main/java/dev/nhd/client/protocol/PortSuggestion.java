// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * A port with everything that speaks for it.
 *
 * @param port The port in the pod.
 * @param reasons Why it is suggested, in the order of the sources.
 * @param localPort The local port that leads to it already. May be null.
 */
public record PortSuggestion(int port, List<PortReason> reasons, Integer localPort) {}
