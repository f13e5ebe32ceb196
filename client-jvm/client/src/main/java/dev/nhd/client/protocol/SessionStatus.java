// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * A dev session with all that there is to know of it.
 *
 * @param context The kubeconfig's context that the session is pinned to.
 * @param image The dev image.
 * @param phase Where a session stands. One of {@link Phase}.
 * @param server The address of the API server that the session is pinned to.
 * @param session The session's id.
 * @param since Since when it is in this phase.
 * @param source The local source folder, links resolved.
 * @param startedAt When the session was started.
 * @param workDir The folder in the container.
 * @param workload One workload of a cluster.
 * @param container The container developed in, by its original name, once it is known. May be null.
 * @param error Why the session cannot go on, or why it failed. May be null.
 * @param forward The forward from this machine to the sidecar's syncthing. May be null.
 * @param forwards The user's own forwards, those of the dev configuration included. Empty where there is none.
 * @param notices The same as codes with arguments, in the same order. Empty where there is none.
 * @param outcome What became of the workload, once the session is over. One of {@link SessionOutcome}. May be null.
 * @param pod The dev pod, once there is one. May be null.
 * @param shell The shell to open in the dev container, where the dev configuration names one. May be null.
 * @param step What it is doing now. One of {@link StepName}. May be null.
 * @param steps The steps of the start, the end or the way back to {@code synced} that is under way: in order, those
 *     that are done, the current one and those that are foreseen. What is found out on the way may add to them, and
 *     what turns out to be done already is passed by. Empty while there is nothing to do. A {@code session} event tells
 *     of another list; the {@code step} events tell where in it the session is. Empty where there is none.
 * @param streams The terminals and commands in it, the oldest first, those included that ended lately. Those of
 *     {@code session.status}, {@code session.list} and {@code session.wait}; a {@code session} event has none, they
 *     have events of their own. Empty where there is none.
 * @param sync File sync of one session. May be null.
 * @param warnings What the user should know but need not act on. Empty where there is none.
 */
public record SessionStatus(
        String context,
        String image,
        String phase,
        String server,
        String session,
        String since,
        String source,
        String startedAt,
        String workDir,
        WorkloadRef workload,
        String container,
        ErrorInfo error,
        ForwardStatus forward,
        List<PortForward> forwards,
        List<Notice> notices,
        String outcome,
        PodStatus pod,
        String shell,
        String step,
        List<PlannedStep> steps,
        List<StreamStatus> streams,
        SyncStatus sync,
        List<String> warnings) {
    /**
     * A list that is absent is empty.
     *
     * @param context The kubeconfig's context that the session is pinned to.
     * @param image The dev image.
     * @param phase Where a session stands. One of {@link Phase}.
     * @param server The address of the API server that the session is pinned to.
     * @param session The session's id.
     * @param since Since when it is in this phase.
     * @param source The local source folder, links resolved.
     * @param startedAt When the session was started.
     * @param workDir The folder in the container.
     * @param workload One workload of a cluster.
     * @param container The container developed in, by its original name, once it is known. May be null.
     * @param error Why the session cannot go on, or why it failed. May be null.
     * @param forward The forward from this machine to the sidecar's syncthing. May be null.
     * @param forwards The user's own forwards, those of the dev configuration included. Empty where there is none.
     * @param notices The same as codes with arguments, in the same order. Empty where there is none.
     * @param outcome What became of the workload, once the session is over. One of {@link SessionOutcome}. May be
     *     null.
     * @param pod The dev pod, once there is one. May be null.
     * @param shell The shell to open in the dev container, where the dev configuration names one. May be null.
     * @param step What it is doing now. One of {@link StepName}. May be null.
     * @param steps The steps of the start, the end or the way back to {@code synced} that is under way: in order,
     *     those that are done, the current one and those that are foreseen. What is found out on the way may add to
     *     them, and what turns out to be done already is passed by. Empty while there is nothing to do. A
     *     {@code session} event tells of another list; the {@code step} events tell where in it the session is. Empty
     *     where there is none.
     * @param streams The terminals and commands in it, the oldest first, those included that ended lately. Those of
     *     {@code session.status}, {@code session.list} and {@code session.wait}; a {@code session} event has none, they
     *     have events of their own. Empty where there is none.
     * @param sync File sync of one session. May be null.
     * @param warnings What the user should know but need not act on. Empty where there is none.
     */
    public SessionStatus {
        forwards = forwards == null ? List.of() : forwards;
        notices = notices == null ? List.of() : notices;
        steps = steps == null ? List.of() : steps;
        streams = streams == null ? List.of() : streams;
        warnings = warnings == null ? List.of() : warnings;
    }
}
