// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * Why a port is suggested.
 *
 * @param type which kind of event it is, and so which members are there: one of the constants here
 * @param reason of {@code configured} only: What it is for. One of {@link ForwardReason}. May be null.
 * @param container of {@code container} only: The container's name. May be null.
 * @param name of {@code container} only: The port's name there. May be null.
 * @param port of {@code service} only: The port of the Service. May be null.
 * @param service of {@code service} only: The Service's name. May be null.
 * @param loopbackOnly of {@code listening} only: On the pod's loopback address alone. May be null.
 */
public record PortReason(
        String type,
        String reason,
        String container,
        String name,
        Integer port,
        String service,
        Boolean loopbackOnly) {
    /** The dev configuration, or the start, names it. */
    public static final String CONFIGURED = "configured";

    /** A container of the pod declares it. */
    public static final String CONTAINER = "container";

    /** A Service leads to it. */
    public static final String SERVICE = "service";

    /** Something listens on it now. */
    public static final String LISTENING = "listening";
}
