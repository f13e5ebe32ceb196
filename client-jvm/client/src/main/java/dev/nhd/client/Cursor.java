package dev.nhd.client;

/** A place in the daemon's log of events. */
public record Cursor(String epoch, long seq) {}
