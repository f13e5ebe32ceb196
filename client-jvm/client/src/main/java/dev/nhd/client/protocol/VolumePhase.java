// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/** How far a claim is. A later daemon may say words that are not here. */
public final class VolumePhase {
    /** The word {@code bound}. */
    public static final String BOUND = "bound";

    /** It has no volume yet: there is none that fits, or it comes with the first pod. */
    public static final String PENDING = "pending";

    /** Its volume is gone, and what was in it. */
    public static final String LOST = "lost";

    /** It is being deleted, and goes with the last pod that uses it. */
    public static final String TERMINATING = "terminating";

    private VolumePhase() {}
}
