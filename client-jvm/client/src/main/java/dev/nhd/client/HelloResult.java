package dev.nhd.client;

/** Who answers. */
public record HelloResult(String version, int protocol, long pid, String home, String socket, String startedAt) {}
