// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/** Which way files go. A later daemon may say words that are not here. */
public final class SyncType {
    /** Into the pod only: local files are never changed. */
    public static final String SEND = "send";

    /** Into the pod; and once everything is there, what the pod changes comes back. A conflict keeps both versions. */
    public static final String SEND_RECEIVE = "sendReceive";

    private SyncType() {}
}
