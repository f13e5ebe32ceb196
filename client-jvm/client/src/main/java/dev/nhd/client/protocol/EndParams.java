// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.Map;

/**
 * Which sessions to end, and how their cluster is reached now. A session that cannot reach it any more by what it
 * was started with (the kubeconfig is gone, its context renamed, its credentials expired, the daemon restarted
 * since and with it what was secret of {@code environment}) goes on with this, if it is the same cluster.
 *
 * @param all Every session that the other members leave. {@code session.end} wants it said, so that a member
 *     forgotten or misspelled does not end everything. May be null.
 * @param context The kubeconfig context that the session was started with. May be null.
 * @param environment As in {@code session.start}. May be null.
 * @param kind The kinds of workload that DevMode knows, spelled as the Kubernetes API spells them. One of
 *     {@link WorkloadKind}. May be null.
 * @param kubeconfig As in {@code session.start}. Where it or {@code environment} is given, {@code context} is one
 *     of this kubeconfig and names every session of its cluster, and a workload is looked up there before it is said
 *     that there is nothing to end. May be null.
 * @param name The workload's name. May be null.
 * @param namespace The workload's namespace. May be null.
 * @param session The session's id. May be null.
 */
public record EndParams(
        Boolean all,
        String context,
        Map<String, String> environment,
        String kind,
        String kubeconfig,
        String name,
        String namespace,
        String session) {
    /** With nothing but what has to be there. */
    public EndParams() {
        this(null, null, null, null, null, null, null, null);
    }

    /**
     * The same with {@code all}.
     *
     * @param all Every session that the other members leave. {@code session.end} wants it said, so that a member
     *     forgotten or misspelled does not end everything.
     * @return a copy
     */
    public EndParams withAll(boolean all) {
        return new EndParams(all, context, environment, kind, kubeconfig, name, namespace, session);
    }

    /**
     * The same with {@code context}.
     *
     * @param context The kubeconfig context that the session was started with.
     * @return a copy
     */
    public EndParams withContext(String context) {
        return new EndParams(all, context, environment, kind, kubeconfig, name, namespace, session);
    }

    /**
     * The same with {@code environment}.
     *
     * @param environment As in {@code session.start}.
     * @return a copy
     */
    public EndParams withEnvironment(Map<String, String> environment) {
        return new EndParams(all, context, environment, kind, kubeconfig, name, namespace, session);
    }

    /**
     * The same with {@code kind}.
     *
     * @param kind The kinds of workload that DevMode knows, spelled as the Kubernetes API spells them. One of
     *     {@link WorkloadKind}.
     * @return a copy
     */
    public EndParams withKind(String kind) {
        return new EndParams(all, context, environment, kind, kubeconfig, name, namespace, session);
    }

    /**
     * The same with {@code kubeconfig}.
     *
     * @param kubeconfig As in {@code session.start}. Where it or {@code environment} is given, {@code context} is
     *     one of this kubeconfig and names every session of its cluster, and a workload is looked up there before it is
     *     said that there is nothing to end.
     * @return a copy
     */
    public EndParams withKubeconfig(String kubeconfig) {
        return new EndParams(all, context, environment, kind, kubeconfig, name, namespace, session);
    }

    /**
     * The same with {@code name}.
     *
     * @param name The workload's name.
     * @return a copy
     */
    public EndParams withName(String name) {
        return new EndParams(all, context, environment, kind, kubeconfig, name, namespace, session);
    }

    /**
     * The same with {@code namespace}.
     *
     * @param namespace The workload's namespace.
     * @return a copy
     */
    public EndParams withNamespace(String namespace) {
        return new EndParams(all, context, environment, kind, kubeconfig, name, namespace, session);
    }

    /**
     * The same with {@code session}.
     *
     * @param session The session's id.
     * @return a copy
     */
    public EndParams withSession(String session) {
        return new EndParams(all, context, environment, kind, kubeconfig, name, namespace, session);
    }
}
