// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/** Why a stream ended. A later daemon may say words that are not here. */
public final class EndReason {
    /** The process ended by itself; {@code exitCode} has its exit code. Of a log: all has been sent. */
    public static final String EXITED = "exited";

    /** A client closed it, or the one that it belonged to has gone. */
    public static final String CLOSED = "closed";

    /** Its session ended. */
    public static final String SESSION_ENDED = "sessionEnded";

    /** Its pod was deleted or replaced. */
    public static final String POD_GONE = "podGone";

    /** Its container was restarted. */
    public static final String CONTAINER_RESTARTED = "containerRestarted";

    /**
     * The connection to the cluster was lost. The process may still run; it is looked for and ended as soon as the
     * cluster can be reached within a while.
     */
    public static final String CONNECTION_LOST = "connectionLost";

    /** The process could not be started: there is no such program, no shell, no folder. */
    public static final String NOT_STARTED = "notStarted";

    /** No client came for it in time. */
    public static final String NOT_ATTACHED = "notAttached";

    /** Nobody used it for a long time. */
    public static final String IDLE = "idle";

    /** Its client took nothing for a long time, of what can be asked for again. */
    public static final String STALLED = "stalled";

    /** The daemon was stopped. */
    public static final String DAEMON_STOPPED = "daemonStopped";

    /** Of a connection alone: the token is unknown, was used or is too old. */
    public static final String REFUSED = "refused";

    /** Of a connection alone: a frame was not what it must be. */
    public static final String MALFORMED = "malformed";

    private EndReason() {}
}
