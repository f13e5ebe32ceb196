// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/** What there is to choose from. A later daemon may say words that are not here. */
public final class Choices {
    /** Names of containers of the workload, or of its dev configuration. */
    public static final String CONTAINER = "container";

    /** Names of contexts of the kubeconfig. */
    public static final String CONTEXT = "context";

    /** Names of namespaces. */
    public static final String NAMESPACE = "namespace";

    /** Kinds of workloads. */
    public static final String KIND = "kind";

    /** Names of workloads of the kind, in the namespace. */
    public static final String WORKLOAD = "workload";

    /** Ids of sessions. */
    public static final String SESSION = "session";

    private Choices() {}
}
