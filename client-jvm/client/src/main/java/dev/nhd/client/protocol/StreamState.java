// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/** How far a stream has come. A later daemon may say words that are not here. */
public final class StreamState {
    /** The word {@code running}. */
    public static final String RUNNING = "running";

    /** It is being started, or waits until everything saved before is in the pod. */
    public static final String STARTING = "starting";

    /** Hot reload: the command has ended, or is being ended, and runs again after the next completed sync. */
    public static final String AWAITING_SYNC = "awaitingSync";

    /** {@code end} says how. */
    public static final String ENDED = "ended";

    private StreamState() {}
}
