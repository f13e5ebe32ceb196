// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * What has a local port: another forward of this daemon, or a program of this machine as far as it can be known.
 *
 * @param port The port on 127.0.0.1.
 * @param pid The process, where it is one of the user's own and the system says so (Linux). May be null.
 * @param program The name of its program. May be null.
 * @param remotePort The port in the pod to which that forward leads. May be null.
 * @param session The session whose forward it is. May be null.
 * @param workload The workload of that session. May be null.
 */
public record PortHolder(
        int port,
        Long pid,
        String program,
        Integer remotePort,
        String session,
        WorkloadRef workload) {}
