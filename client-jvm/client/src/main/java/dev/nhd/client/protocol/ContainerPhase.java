// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/** How far a container is. A later daemon may say words that are not here. */
public final class ContainerPhase {
    /** The word {@code waiting}. */
    public static final String WAITING = "waiting";

    /** The word {@code running}. */
    public static final String RUNNING = "running";

    /** The word {@code terminated}. */
    public static final String TERMINATED = "terminated";

    private ContainerPhase() {}
}
