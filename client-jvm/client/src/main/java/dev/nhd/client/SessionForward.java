package dev.nhd.client;

/** A forward from a port on 127.0.0.1 to a port in the dev pod, with its session. */
public record SessionForward(
        String session,
        WorkloadRef workload,
        Integer localPort,
        int remotePort,
        String reason,
        String state,
        ErrorInfo error,
        String lastError) {}
