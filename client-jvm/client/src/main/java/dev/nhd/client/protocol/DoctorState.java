// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/** What a check came to. A later daemon may say words that are not here. */
public final class DoctorState {
    /** The word {@code ok}. */
    public static final String OK = "ok";

    /** It works, with less or not for long. */
    public static final String WARNING = "warning";

    /** Sessions cannot be started, or cannot go on, before this is mended. */
    public static final String FAILED = "failed";

    /** It could not be looked at; {@code detail} says why. */
    public static final String SKIPPED = "skipped";

    private DoctorState() {}
}
