// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/** What something in a folder is. A later daemon may say words that are not here. */
public final class FileKind {
    /** The word {@code file}. */
    public static final String FILE = "file";

    /** The word {@code directory}. */
    public static final String DIRECTORY = "directory";

    /** The word {@code symlink}. */
    public static final String SYMLINK = "symlink";

    /** A device, a socket, a pipe. */
    public static final String OTHER = "other";

    private FileKind() {}
}
