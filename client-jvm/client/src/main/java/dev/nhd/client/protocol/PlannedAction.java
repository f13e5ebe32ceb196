// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/** What happens to an object of the cluster. A later daemon may say words that are not here. */
public final class PlannedAction {
    /** The word {@code create}. */
    public static final String CREATE = "create";

    /** The word {@code update}. */
    public static final String UPDATE = "update";

    /** Deleted, and made again under the same name. */
    public static final String REPLACE = "replace";

    private PlannedAction() {}
}
