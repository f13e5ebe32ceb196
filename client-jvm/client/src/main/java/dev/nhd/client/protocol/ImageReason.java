// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/** Why an image is suggested. A later daemon may say words that are not here. */
public final class ImageReason {
    /** The dev configuration names it. */
    public static final String CONFIGURED = "configured";

    /** It was used for this workload the last time. */
    public static final String LAST_USED = "lastUsed";

    /** The source folder is in its language. */
    public static final String LANGUAGE = "language";

    /** The container runs it. */
    public static final String CONTAINER = "container";

    private ImageReason() {}
}
