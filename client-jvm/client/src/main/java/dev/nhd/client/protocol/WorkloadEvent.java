// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * What a subscription to workloads tells. A {@code snapshot} replaces all that the client knows, a {@code changed}
 * adds and removes; both say {@code more} where what belongs to them is too long for one message and goes on in a
 * {@code changed}.
 *
 * @param type which kind of event it is, and so which members are there: one of the constants here
 * @param context of {@code snapshot} only: The kubeconfig's context, as the client named it. May be null.
 * @param server of {@code snapshot} only: The address of the API server. May be null.
 * @param workloads of {@code snapshot} only: By namespace, kind and name. Empty where there is none.
 * @param more of {@code snapshot} and {@code changed} only: The rest comes next, as a {@code changed}. May be null.
 * @param namespace of {@code snapshot} only: The namespace; absent where all are followed. May be null.
 * @param troubles of {@code snapshot} only: What cannot be told at present. While it has the {@code cluster}, the
 *     workloads are those that were known before. Empty where there is none.
 * @param removed of {@code changed} only: Workloads that are not there any more. Empty where there is none.
 * @param upserted of {@code changed} only: Workloads as they are now, new ones among them. Empty where there is
 *     none.
 * @param trouble of {@code error} only: What cannot be told, and why. May be null.
 * @param part of {@code recovered} only: What can be told again. One of {@link WatchedPart}. May be null.
 */
public record WorkloadEvent(
        String type,
        String context,
        String server,
        List<WorkloadSummary> workloads,
        Boolean more,
        String namespace,
        List<WatchTrouble> troubles,
        List<WorkloadRef> removed,
        List<WorkloadSummary> upserted,
        WatchTrouble trouble,
        String part) {
    /**
     * All workloads as they are. It comes first, once everything has been listed that can be; after the cluster was
     * away; and in place of the rest for a client that is too slow.
     */
    public static final String SNAPSHOT = "snapshot";

    /** Workloads came, changed or went. */
    public static final String CHANGED = "changed";

    /** Something cannot be told any more, or for another reason than before. */
    public static final String ERROR = "error";

    /** What could not be told can be told again. Of the {@code cluster} a {@code snapshot} says so. */
    public static final String RECOVERED = "recovered";

    /**
     * A list that is absent is empty.
     *
     * @param type which kind of event it is, and so which members are there: one of the constants here
     * @param context of {@code snapshot} only: The kubeconfig's context, as the client named it. May be null.
     * @param server of {@code snapshot} only: The address of the API server. May be null.
     * @param workloads of {@code snapshot} only: By namespace, kind and name. Empty where there is none.
     * @param more of {@code snapshot} and {@code changed} only: The rest comes next, as a {@code changed}. May be
     *     null.
     * @param namespace of {@code snapshot} only: The namespace; absent where all are followed. May be null.
     * @param troubles of {@code snapshot} only: What cannot be told at present. While it has the {@code cluster},
     *     the workloads are those that were known before. Empty where there is none.
     * @param removed of {@code changed} only: Workloads that are not there any more. Empty where there is none.
     * @param upserted of {@code changed} only: Workloads as they are now, new ones among them. Empty where there is
     *     none.
     * @param trouble of {@code error} only: What cannot be told, and why. May be null.
     * @param part of {@code recovered} only: What can be told again. One of {@link WatchedPart}. May be null.
     */
    public WorkloadEvent {
        workloads = workloads == null ? List.of() : workloads;
        troubles = troubles == null ? List.of() : troubles;
        removed = removed == null ? List.of() : removed;
        upserted = upserted == null ? List.of() : upserted;
    }
}
