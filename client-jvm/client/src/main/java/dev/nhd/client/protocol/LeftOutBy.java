// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/** What says which files are left out. A later daemon may say words that are not here. */
public final class LeftOutBy {
    /** Everything is synced. */
    public static final String NOTHING = "nothing";

    /** The patterns of the dev configuration. */
    public static final String PATTERNS = "patterns";

    /** What git ignores. */
    public static final String GIT = "git";

    /** The user's own {@code .stignore} in the source folder; the configuration has no effect then. */
    public static final String OWN_FILE = "ownFile";

    private LeftOutBy() {}
}
