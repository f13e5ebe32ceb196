// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/** What a stream is. A later daemon may say words that are not here. */
public final class StreamKind {
    /** The word {@code terminal}. */
    public static final String TERMINAL = "terminal";

    /** The word {@code exec}. */
    public static final String EXEC = "exec";

    /** The word {@code log}. */
    public static final String LOG = "log";

    private StreamKind() {}
}
