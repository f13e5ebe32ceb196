// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * Waits until something listens on a port in the dev pod of the one session that matches.
 *
 * @param remotePort The port in the pod.
 * @param all Every session that the other members leave. {@code session.end} wants it said, so that a member
 *     forgotten or misspelled does not end everything. May be null.
 * @param context The kubeconfig context that the session was started with. May be null.
 * @param kind The kinds of workload that DevMode knows, spelled as the Kubernetes API spells them. One of
 *     {@link WorkloadKind}. May be null.
 * @param name The workload's name. May be null.
 * @param namespace The workload's namespace. May be null.
 * @param session The session's id. May be null.
 * @param timeoutMs How long to wait; 30,000 without it, at most 3,600,000. May be null.
 */
public record ForwardWaitParams(
        int remotePort,
        Boolean all,
        String context,
        String kind,
        String name,
        String namespace,
        String session,
        Long timeoutMs) {
    /**
     * With nothing but what has to be there.
     *
     * @param remotePort The port in the pod.
     */
    public ForwardWaitParams(int remotePort) {
        this(remotePort, null, null, null, null, null, null, null);
    }

    /**
     * The same with {@code all}.
     *
     * @param all Every session that the other members leave. {@code session.end} wants it said, so that a member
     *     forgotten or misspelled does not end everything.
     * @return a copy
     */
    public ForwardWaitParams withAll(boolean all) {
        return new ForwardWaitParams(remotePort, all, context, kind, name, namespace, session, timeoutMs);
    }

    /**
     * The same with {@code context}.
     *
     * @param context The kubeconfig context that the session was started with.
     * @return a copy
     */
    public ForwardWaitParams withContext(String context) {
        return new ForwardWaitParams(remotePort, all, context, kind, name, namespace, session, timeoutMs);
    }

    /**
     * The same with {@code kind}.
     *
     * @param kind The kinds of workload that DevMode knows, spelled as the Kubernetes API spells them. One of
     *     {@link WorkloadKind}.
     * @return a copy
     */
    public ForwardWaitParams withKind(String kind) {
        return new ForwardWaitParams(remotePort, all, context, kind, name, namespace, session, timeoutMs);
    }

    /**
     * The same with {@code name}.
     *
     * @param name The workload's name.
     * @return a copy
     */
    public ForwardWaitParams withName(String name) {
        return new ForwardWaitParams(remotePort, all, context, kind, name, namespace, session, timeoutMs);
    }

    /**
     * The same with {@code namespace}.
     *
     * @param namespace The workload's namespace.
     * @return a copy
     */
    public ForwardWaitParams withNamespace(String namespace) {
        return new ForwardWaitParams(remotePort, all, context, kind, name, namespace, session, timeoutMs);
    }

    /**
     * The same with {@code session}.
     *
     * @param session The session's id.
     * @return a copy
     */
    public ForwardWaitParams withSession(String session) {
        return new ForwardWaitParams(remotePort, all, context, kind, name, namespace, session, timeoutMs);
    }

    /**
     * The same with {@code timeoutMs}.
     *
     * @param timeoutMs How long to wait; 30,000 without it, at most 3,600,000.
     * @return a copy
     */
    public ForwardWaitParams withTimeoutMs(long timeoutMs) {
        return new ForwardWaitParams(remotePort, all, context, kind, name, namespace, session, timeoutMs);
    }
}
