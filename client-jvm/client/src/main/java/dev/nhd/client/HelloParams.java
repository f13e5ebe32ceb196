package dev.nhd.client;

/** Who calls: the client's name and version, for the daemon's log, and the protocol that it speaks. */
public record HelloParams(String client, int protocol) {}
