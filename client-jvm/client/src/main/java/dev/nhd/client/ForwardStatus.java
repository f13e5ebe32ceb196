package dev.nhd.client;

/** The forward from this machine to the sidecar's syncthing. */
public record ForwardStatus(int localPort, int remotePort, long connections, long openConnections, String lastError) {}
