// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * Something that happened. It is a hint: a client that missed some asks again and loses nothing.
 *
 * @param at When it happened.
 * @param epoch The log. Numbers of two epochs say nothing of each other.
 * @param seq The event's number in it.
 * @param type which kind of event it is, and so which members are there: one of the constants here
 * @param sessions of {@code snapshot} only: A dev session with all that there is to know of it. Empty where there
 *     is none.
 * @param status of {@code session} only: A dev session with all that there is to know of it. May be null.
 * @param outcome of {@code step} only: How far a step has come. One of {@link StepOutcome}. May be null.
 * @param session of {@code step} and {@code progress} and {@code warning} only: The id of the session. May be null.
 * @param step of {@code step} only: The steps of a session, in the order in which they are usually taken. Each can
 *     be repeated. One of {@link StepName}. May be null.
 * @param elapsedMs of {@code step} only: How long it took, in milliseconds; absent while it runs. May be null.
 * @param error of {@code step} only: Why it failed. It may be tried again; what stands in the way for good is in
 *     the session's status. May be null.
 * @param forwards of {@code progress} only: The user's forwards that are open. Empty where there is none.
 * @param sync of {@code progress} only: Left out before syncthing has been started for the first time. May be null.
 * @param stream of {@code stream} only: A terminal, a command or a log with all that there is to know of it. May be
 *     null.
 * @param message of {@code warning} only: What the user should know. May be null.
 */
public record Event(
        String at,
        String epoch,
        long seq,
        String type,
        List<SessionStatus> sessions,
        SessionStatus status,
        String outcome,
        String session,
        String step,
        Long elapsedMs,
        ErrorInfo error,
        List<ForwardProgress> forwards,
        SyncProgress sync,
        StreamStatus stream,
        String message) {
    /**
     * All sessions as they are. The first event of a subscription that cannot continue where the client left off;
     * it carries the number of the last event that it covers.
     */
    public static final String SNAPSHOT = "snapshot";

    /** A session is in another phase, has another pod, or met or lost an error. */
    public static final String SESSION = "session";

    /** A step of a session began, was done, or failed. */
    public static final String STEP = "step";

    /**
     * How far the sync and the connections of a session are, while they move: at most four a second of a session,
     * on subscriptions that ask for it. It is not in the log: its number is that of the last event before it, and
     * one that is missed is replaced by the next, or by the session's status.
     */
    public static final String PROGRESS = "progress";

    /** A terminal or a command was opened, runs, waits or ended. */
    public static final String STREAM = "stream";

    /** Something that the user should know. */
    public static final String WARNING = "warning";

    /**
     * A list that is absent is empty.
     *
     * @param at When it happened.
     * @param epoch The log. Numbers of two epochs say nothing of each other.
     * @param seq The event's number in it.
     * @param type which kind of event it is, and so which members are there: one of the constants here
     * @param sessions of {@code snapshot} only: A dev session with all that there is to know of it. Empty where
     *     there is none.
     * @param status of {@code session} only: A dev session with all that there is to know of it. May be null.
     * @param outcome of {@code step} only: How far a step has come. One of {@link StepOutcome}. May be null.
     * @param session of {@code step} and {@code progress} and {@code warning} only: The id of the session. May be
     *     null.
     * @param step of {@code step} only: The steps of a session, in the order in which they are usually taken. Each
     *     can be repeated. One of {@link StepName}. May be null.
     * @param elapsedMs of {@code step} only: How long it took, in milliseconds; absent while it runs. May be null.
     * @param error of {@code step} only: Why it failed. It may be tried again; what stands in the way for good is
     *     in the session's status. May be null.
     * @param forwards of {@code progress} only: The user's forwards that are open. Empty where there is none.
     * @param sync of {@code progress} only: Left out before syncthing has been started for the first time. May be
     *     null.
     * @param stream of {@code stream} only: A terminal, a command or a log with all that there is to know of it.
     *     May be null.
     * @param message of {@code warning} only: What the user should know. May be null.
     */
    public Event {
        sessions = sessions == null ? List.of() : sessions;
        forwards = forwards == null ? List.of() : forwards;
    }
}
