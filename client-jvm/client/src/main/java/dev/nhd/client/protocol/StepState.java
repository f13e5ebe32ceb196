// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/** How far a planned step is. A later daemon may say words that are not here. */
public final class StepState {
    /** The word {@code done}. */
    public static final String DONE = "done";

    /** It is being done, tried again or waited for. */
    public static final String CURRENT = "current";

    /** It is yet to come, as far as can be foreseen. */
    public static final String AHEAD = "ahead";

    private StepState() {}
}
