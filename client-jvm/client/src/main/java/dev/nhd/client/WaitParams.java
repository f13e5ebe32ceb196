package dev.nhd.client;

/** Waits until {@code ready}, {@code synced} or {@code ended}. */
public record WaitParams(String session, String until, Long timeoutMs) {}
