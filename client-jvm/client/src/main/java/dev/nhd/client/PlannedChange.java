package dev.nhd.client;

/** One object that a start would {@code create} or {@code update}, and the change as a unified diff. */
public record PlannedChange(String action, String kind, String name, String diff) {}
