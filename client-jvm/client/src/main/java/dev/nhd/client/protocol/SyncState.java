// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/** How far file sync has come. A later daemon may say words that are not here. */
public final class SyncState {
    /** The local syncthing is being started. */
    public static final String STARTING = "starting";

    /** It runs, and the one in the pod is not connected. */
    public static final String CONNECTING = "connecting";

    /** Files are on their way. */
    public static final String SYNCING = "syncing";

    /** Everything saved is in the pod. */
    public static final String IN_SYNC = "inSync";

    /** It is held with {@code sync.pause} until {@code sync.resume}: neither side hears of the other. */
    public static final String PAUSED = "paused";

    /** It works, slower or with files left out; {@code lastError} says why. */
    public static final String DEGRADED = "degraded";

    /** The source folder is gone or empty at once: nothing is synced, and nothing is deleted in the pod. */
    public static final String SOURCE_LOST = "sourceLost";

    /** It does not work; {@code lastError} and {@code hint} say why and what to do. */
    public static final String FAILED = "failed";

    private SyncState() {}
}
