// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/** What to wait for. A later daemon may say words that are not here. */
public final class WaitUntil {
    /** The dev pod is ready. */
    public static final String READY = "ready";

    /** Everything saved before the call is in the pod. */
    public static final String SYNCED = "synced";

    /** The session is gone. */
    public static final String ENDED = "ended";

    private WaitUntil() {}
}
