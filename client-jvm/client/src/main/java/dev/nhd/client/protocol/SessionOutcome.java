// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/** What became of a workload at the end of its session. A later daemon may say words that are not here. */
public final class SessionOutcome {
    /** It is as it was, with what others changed meanwhile. */
    public static final String RESTORED = "restored";

    /** It is as it was, and has what the cluster's admission adds to every write since; {@code warnings} name it. */
    public static final String RESTORED_WITH_ADDITIONS = "restoredWithAdditions";

    /** It was deleted meanwhile: there was nothing to give back. */
    public static final String GONE = "gone";

    /** Somebody else has it in DevMode now. */
    public static final String TAKEN = "taken";

    /** It is as it was, but its pods are not ready; they are as they would be without DevMode. */
    public static final String NOT_READY = "notReady";

    private SessionOutcome() {}
}
