package dev.nhd.client;

/** File sync of one session. */
public record SyncStatus(
        String state,
        boolean connected,
        double completion,
        long needFiles,
        long needBytes,
        long totalFiles,
        long totalBytes,
        String lastError,
        String hint) {}
