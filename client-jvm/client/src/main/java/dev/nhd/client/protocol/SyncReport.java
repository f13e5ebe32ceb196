// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * The sync of one session: what is synced, where to, and how far.
 *
 * @param session The session's id.
 * @param source The local source folder.
 * @param workDir The folder in the container.
 * @param workload One workload of a cluster.
 * @param sync Left out before syncthing has been started for the first time. May be null.
 */
public record SyncReport(String session, String source, String workDir, WorkloadRef workload, SyncStatus sync) {}
