package dev.nhd.intellij.tree;

import dev.nhd.client.protocol.ContextEntry;
import dev.nhd.client.protocol.ErrorInfo;
import dev.nhd.client.protocol.PortForward;
import dev.nhd.client.protocol.SessionStatus;
import dev.nhd.client.protocol.StreamStatus;
import dev.nhd.client.protocol.WorkloadSummary;
import dev.nhd.intellij.settings.Place;

/** What a row is about, for the actions on it. */
public sealed interface Subject {
    /** Nothing that can be acted on. */
    record None() implements Subject {}

    /** A group of rows. */
    record Group() implements Subject {}

    record Session(SessionStatus status) implements Subject {}

    /** A fact of a session: what can be done with it is what can be done with the session. */
    record Fact(SessionStatus status) implements Subject {}

    record Forward(SessionStatus status, PortForward forward) implements Subject {}

    record Stream(StreamStatus stream) implements Subject {}

    record Context(ContextEntry entry, boolean isChosen) implements Subject {}

    record Namespace(Place place, boolean isChosen) implements Subject {}

    /** A workload; the session is ours, or null. */
    record Workload(Place place, WorkloadSummary summary, SessionStatus own) implements Subject {}

    /** Something that went wrong, said in place; of a session where there is one, else null. */
    record Failure(ErrorInfo error, SessionStatus status) implements Subject {}

    /** No daemon runs. */
    record Away() implements Subject {}
}
