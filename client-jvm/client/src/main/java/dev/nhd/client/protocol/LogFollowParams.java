// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.Map;

/**
 * Follows the logs of a workload's pods, also of those that come later.
 *
 * @param allContainers Those of every container, init containers included, instead of one. May be null.
 * @param container Without it the dev container, the pod's default container, or the only one. May be null.
 * @param context The context in it; without it the current one. May be null.
 * @param environment As in {@code session.start}. May be null.
 * @param kind The workload's kind. One of {@link WorkloadKind}. May be null.
 * @param kubeconfig As in {@code session.start}. A session is reached by its own way. May be null.
 * @param name The workload's name. May be null.
 * @param namespace Where the workload is; without it the context's namespace, or {@code default}. May be null.
 * @param once Ends when all that there is has been sent. May be null.
 * @param pod A pod of the workload, by its name; without it the dev pod, or one that is ready. May be null.
 * @param previous Of the containers that ran before the present ones; ends when all of it has been sent. May be
 *     null.
 * @param session The session, by its id. Without it, {@code kind} and {@code name}. May be null.
 * @param sinceMs Only what was written within this time. May be null.
 * @param tail Of each container that runs already only so many lines; of one that comes later everything. May be
 *     null.
 * @param timestamps Each line begins with when it was written, in RFC 3339, and a space. May be null.
 */
public record LogFollowParams(
        Boolean allContainers,
        String container,
        String context,
        Map<String, String> environment,
        String kind,
        String kubeconfig,
        String name,
        String namespace,
        Boolean once,
        String pod,
        Boolean previous,
        String session,
        Long sinceMs,
        Long tail,
        Boolean timestamps) {
    /** With nothing but what has to be there. */
    public LogFollowParams() {
        this(null, null, null, null, null, null, null, null, null, null, null, null, null, null, null);
    }

    /**
     * The same with {@code allContainers}.
     *
     * @param allContainers Those of every container, init containers included, instead of one.
     * @return a copy
     */
    public LogFollowParams withAllContainers(boolean allContainers) {
        return new LogFollowParams(allContainers, container, context, environment, kind, kubeconfig, name,
                namespace, once, pod, previous, session, sinceMs, tail, timestamps);
    }

    /**
     * The same with {@code container}.
     *
     * @param container Without it the dev container, the pod's default container, or the only one.
     * @return a copy
     */
    public LogFollowParams withContainer(String container) {
        return new LogFollowParams(allContainers, container, context, environment, kind, kubeconfig, name,
                namespace, once, pod, previous, session, sinceMs, tail, timestamps);
    }

    /**
     * The same with {@code context}.
     *
     * @param context The context in it; without it the current one.
     * @return a copy
     */
    public LogFollowParams withContext(String context) {
        return new LogFollowParams(allContainers, container, context, environment, kind, kubeconfig, name,
                namespace, once, pod, previous, session, sinceMs, tail, timestamps);
    }

    /**
     * The same with {@code environment}.
     *
     * @param environment As in {@code session.start}.
     * @return a copy
     */
    public LogFollowParams withEnvironment(Map<String, String> environment) {
        return new LogFollowParams(allContainers, container, context, environment, kind, kubeconfig, name,
                namespace, once, pod, previous, session, sinceMs, tail, timestamps);
    }

    /**
     * The same with {@code kind}.
     *
     * @param kind The workload's kind. One of {@link WorkloadKind}.
     * @return a copy
     */
    public LogFollowParams withKind(String kind) {
        return new LogFollowParams(allContainers, container, context, environment, kind, kubeconfig, name,
                namespace, once, pod, previous, session, sinceMs, tail, timestamps);
    }

    /**
     * The same with {@code kubeconfig}.
     *
     * @param kubeconfig As in {@code session.start}. A session is reached by its own way.
     * @return a copy
     */
    public LogFollowParams withKubeconfig(String kubeconfig) {
        return new LogFollowParams(allContainers, container, context, environment, kind, kubeconfig, name,
                namespace, once, pod, previous, session, sinceMs, tail, timestamps);
    }

    /**
     * The same with {@code name}.
     *
     * @param name The workload's name.
     * @return a copy
     */
    public LogFollowParams withName(String name) {
        return new LogFollowParams(allContainers, container, context, environment, kind, kubeconfig, name,
                namespace, once, pod, previous, session, sinceMs, tail, timestamps);
    }

    /**
     * The same with {@code namespace}.
     *
     * @param namespace Where the workload is; without it the context's namespace, or {@code default}.
     * @return a copy
     */
    public LogFollowParams withNamespace(String namespace) {
        return new LogFollowParams(allContainers, container, context, environment, kind, kubeconfig, name,
                namespace, once, pod, previous, session, sinceMs, tail, timestamps);
    }

    /**
     * The same with {@code once}.
     *
     * @param once Ends when all that there is has been sent.
     * @return a copy
     */
    public LogFollowParams withOnce(boolean once) {
        return new LogFollowParams(allContainers, container, context, environment, kind, kubeconfig, name,
                namespace, once, pod, previous, session, sinceMs, tail, timestamps);
    }

    /**
     * The same with {@code pod}.
     *
     * @param pod A pod of the workload, by its name; without it the dev pod, or one that is ready.
     * @return a copy
     */
    public LogFollowParams withPod(String pod) {
        return new LogFollowParams(allContainers, container, context, environment, kind, kubeconfig, name,
                namespace, once, pod, previous, session, sinceMs, tail, timestamps);
    }

    /**
     * The same with {@code previous}.
     *
     * @param previous Of the containers that ran before the present ones; ends when all of it has been sent.
     * @return a copy
     */
    public LogFollowParams withPrevious(boolean previous) {
        return new LogFollowParams(allContainers, container, context, environment, kind, kubeconfig, name,
                namespace, once, pod, previous, session, sinceMs, tail, timestamps);
    }

    /**
     * The same with {@code session}.
     *
     * @param session The session, by its id. Without it, {@code kind} and {@code name}.
     * @return a copy
     */
    public LogFollowParams withSession(String session) {
        return new LogFollowParams(allContainers, container, context, environment, kind, kubeconfig, name,
                namespace, once, pod, previous, session, sinceMs, tail, timestamps);
    }

    /**
     * The same with {@code sinceMs}.
     *
     * @param sinceMs Only what was written within this time.
     * @return a copy
     */
    public LogFollowParams withSinceMs(long sinceMs) {
        return new LogFollowParams(allContainers, container, context, environment, kind, kubeconfig, name,
                namespace, once, pod, previous, session, sinceMs, tail, timestamps);
    }

    /**
     * The same with {@code tail}.
     *
     * @param tail Of each container that runs already only so many lines; of one that comes later everything.
     * @return a copy
     */
    public LogFollowParams withTail(long tail) {
        return new LogFollowParams(allContainers, container, context, environment, kind, kubeconfig, name,
                namespace, once, pod, previous, session, sinceMs, tail, timestamps);
    }

    /**
     * The same with {@code timestamps}.
     *
     * @param timestamps Each line begins with when it was written, in RFC 3339, and a space.
     * @return a copy
     */
    public LogFollowParams withTimestamps(boolean timestamps) {
        return new LogFollowParams(allContainers, container, context, environment, kind, kubeconfig, name,
                namespace, once, pod, previous, session, sinceMs, tail, timestamps);
    }
}
