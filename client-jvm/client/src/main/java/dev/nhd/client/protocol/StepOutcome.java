// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/** How far a step has come. A later daemon may say words that are not here. */
public final class StepOutcome {
    /** The word {@code began}. */
    public static final String BEGAN = "began";

    /** The word {@code done}. */
    public static final String DONE = "done";

    /** The word {@code failed}. */
    public static final String FAILED = "failed";

    private StepOutcome() {}
}
