package dev.nhd.client;

/** The last event that the client has; null asks for a snapshot of all sessions first. */
public record EventsParams(Cursor since) {}
