// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/** Where a session stands. A later daemon may say words that are not here. */
public final class Phase {
    /** The workload is being put into DevMode. */
    public static final String STARTING = "starting";

    /** The dev pod is ready; the first sync is under way. */
    public static final String READY = "ready";

    /** The first sync is complete; what is saved from now on arrives within milliseconds. */
    public static final String SYNCED = "synced";

    /** It was ready or synced, then the pod, the forward or the sync was lost and is being brought back. */
    public static final String RECONNECTING = "reconnecting";

    /**
     * It is in DevMode, but something stands in the way that nhd does not decide by itself; {@code error} says
     * what.
     */
    public static final String BLOCKED = "blocked";

    /** The workload is being given back. */
    public static final String ENDING = "ending";

    /** The workload is as it was. The session is gone. */
    public static final String ENDED = "ended";

    /** The start failed, and the workload is as it was. The session is gone; {@code error} says why. */
    public static final String FAILED = "failed";

    private Phase() {}
}
