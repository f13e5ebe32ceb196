// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * A service that leads to the workload.
 *
 * @param kind {@code ClusterIP}, {@code NodePort}, {@code LoadBalancer} or {@code ExternalName}; {@code Headless}
 *     where it has no address of its own.
 * @param name Its name.
 * @param ports Its ports.
 */
public record ServiceDescription(String kind, String name, List<ServicePort> ports) {}
