// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/** The kinds of source, the strongest first. A later daemon may say words that are not here. */
public final class ConfigSourceKind {
    /** A member of the request. */
    public static final String FLAG = "flag";

    /** {@code .nocalhost/config.yaml} in the source folder. */
    public static final String FILE = "file";

    /** The annotation {@code dev.nocalhost} of the workload. */
    public static final String ANNOTATION = "annotation";

    /** The daemon's own {@code config.yaml}. */
    public static final String DAEMON = "daemon";

    /** Nobody said otherwise. */
    public static final String DEFAULT = "default";

    private ConfigSourceKind() {}
}
