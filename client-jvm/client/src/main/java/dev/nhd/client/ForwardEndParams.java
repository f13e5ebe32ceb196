package dev.nhd.client;

/** Names a forward by one of its ports or both. */
public record ForwardEndParams(String session, Integer localPort, Integer remotePort) {}
