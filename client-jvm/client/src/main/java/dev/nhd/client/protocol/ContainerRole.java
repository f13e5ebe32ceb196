// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/** When a container of a pod runs. A later daemon may say words that are not here. */
public final class ContainerRole {
    /** The word {@code main}. */
    public static final String MAIN = "main";

    /** Before the others, and then it ends. */
    public static final String INIT = "init";

    /** An init container that goes on beside the others ({@code restartPolicy: Always}). */
    public static final String SIDECAR = "sidecar";

    /** The sidecar that nhd adds in DevMode. */
    public static final String NHD = "nhd";

    private ContainerRole() {}
}
