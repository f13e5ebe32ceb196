package dev.nhd.client;

import java.util.List;

/**
 * A session with all that there is to know of it. What is not known yet is null.
 *
 * <p>{@code phase} and {@code step} are strings and no enums: lsp4j reads and writes enums by their ordinals, and a
 * later daemon may say words that this client does not know.
 */
// doc:begin session-status
public record SessionStatus(
        String session,
        WorkloadRef workload,
        String phase,
        String since,
        String step,
        PodStatus pod,
        SyncStatus sync,
        ForwardStatus forward,
        ErrorInfo error,
        List<String> warnings) {}
// doc:end
