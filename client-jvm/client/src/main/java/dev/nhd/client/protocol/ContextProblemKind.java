// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/** What can be wrong with a context. A later daemon may say words that are not here. */
public final class ContextProblemKind {
    /** There is no cluster of the name that it has, or the cluster has no server. */
    public static final String CLUSTER_MISSING = "clusterMissing";

    /** There is no user of the name that it has. */
    public static final String USER_MISSING = "userMissing";

    /** A later entry has the same name, and does not count. */
    public static final String DUPLICATE = "duplicate";

    /** A file with a certificate, a key or a token is not there. */
    public static final String FILE_MISSING = "fileMissing";

    /** The program of the exec plugin is not there, or not on the {@code PATH} of the {@code environment}. */
    public static final String PLUGIN_MISSING = "pluginMissing";

    private ContextProblemKind() {}
}
