package dev.nhd.client;

/** An error as the daemon says it: in an answer, in a session's status and in a step's event. */
public record ErrorInfo(String kind, String message, String hint, String session) {}
