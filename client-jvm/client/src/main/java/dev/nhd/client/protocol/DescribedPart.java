// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/** What is read of a workload beside the workload itself. A later daemon may say words that are not here. */
public final class DescribedPart {
    /** The word {@code pods}. */
    public static final String PODS = "pods";

    /** The word {@code services}. */
    public static final String SERVICES = "services";

    /** Who has it in DevMode; that somebody has is told all the same. */
    public static final String OWNER = "owner";

    private DescribedPart() {}
}
