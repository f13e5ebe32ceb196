// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * How far a session's files are.
 *
 * @param completion How much of the source folder is in the pod, in percent of bytes.
 * @param needBytes Bytes not yet in the pod.
 * @param needFiles Files, folders and deletions not yet in the pod.
 * @param state How far file sync has come. One of {@link SyncState}.
 * @param totalBytes Bytes in the source folder.
 * @param totalFiles Files in the source folder.
 */
public record SyncProgress(
        double completion,
        long needBytes,
        long needFiles,
        String state,
        long totalBytes,
        long totalFiles) {}
