package dev.nhd.client;

import java.util.List;

/** What {@code session.list} and {@code session.end} answer. */
public record SessionList(List<SessionStatus> sessions) {}
