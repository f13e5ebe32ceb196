// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * File sync of one session.
 *
 * @param completion How much of the source folder is in the pod, in percent of bytes.
 * @param connected Whether the two syncthings are connected.
 * @param needBytes Bytes not yet in the pod.
 * @param needFiles Files, folders and deletions not yet in the pod.
 * @param restarts How often the local syncthing was started again after it died.
 * @param state How far file sync has come. One of {@link SyncState}.
 * @param totalBytes Bytes in the source folder.
 * @param totalFiles Files in the source folder.
 * @param hint What to do about it. May be null.
 * @param lastError What went wrong last, as long as it matters. May be null.
 * @param lastSynced When the pod was last seen to have everything. May be null.
 * @param leftOutBy What says which files are left out. One of {@link LeftOutBy}. May be null.
 * @param paused Whether it is held. May be null.
 * @param problems Paths that cannot be read or written, the first of them. Empty where there is none.
 * @param receives Whether what the pod changes is taken now: with {@code sendReceive}, once everything is there.
 *     May be null.
 * @param syncType Which way files go. One of {@link SyncType}. May be null.
 */
public record SyncStatus(
        double completion,
        boolean connected,
        long needBytes,
        long needFiles,
        long restarts,
        String state,
        long totalBytes,
        long totalFiles,
        String hint,
        String lastError,
        String lastSynced,
        String leftOutBy,
        Boolean paused,
        List<SyncProblem> problems,
        Boolean receives,
        String syncType) {
    /**
     * A list that is absent is empty.
     *
     * @param completion How much of the source folder is in the pod, in percent of bytes.
     * @param connected Whether the two syncthings are connected.
     * @param needBytes Bytes not yet in the pod.
     * @param needFiles Files, folders and deletions not yet in the pod.
     * @param restarts How often the local syncthing was started again after it died.
     * @param state How far file sync has come. One of {@link SyncState}.
     * @param totalBytes Bytes in the source folder.
     * @param totalFiles Files in the source folder.
     * @param hint What to do about it. May be null.
     * @param lastError What went wrong last, as long as it matters. May be null.
     * @param lastSynced When the pod was last seen to have everything. May be null.
     * @param leftOutBy What says which files are left out. One of {@link LeftOutBy}. May be null.
     * @param paused Whether it is held. May be null.
     * @param problems Paths that cannot be read or written, the first of them. Empty where there is none.
     * @param receives Whether what the pod changes is taken now: with {@code sendReceive}, once everything is
     *     there. May be null.
     * @param syncType Which way files go. One of {@link SyncType}. May be null.
     */
    public SyncStatus {
        problems = problems == null ? List.of() : problems;
    }
}
