package dev.nhd.client;

import java.util.List;

/**
 * Something that happened. {@code type} says which members are there: {@code snapshot} has sessions, {@code session} a
 * status, {@code step} a session, a step and how it came out, {@code warning} a message. Others may come in later
 * versions and are to be passed over.
 */
// doc:begin event
public record Event(
        String epoch,
        long seq,
        String at,
        String type,
        List<SessionStatus> sessions,
        SessionStatus status,
        String session,
        String step,
        String outcome,
        Long elapsedMs,
        ErrorInfo error,
        String message) {}
// doc:end
