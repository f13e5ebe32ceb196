package dev.nhd.client;

/** Which port of the dev pod to forward; without a local port a free one is chosen. */
public record ForwardStartParams(String session, int remotePort, Integer localPort) {}
