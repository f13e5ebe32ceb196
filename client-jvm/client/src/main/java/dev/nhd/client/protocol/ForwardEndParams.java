// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * Names forwards by one of their ports or both, of the sessions that match. A port in the pod wants one session
 * named, where several have a forward to it.
 *
 * @param all Every session that the other members leave. {@code session.end} wants it said, so that a member
 *     forgotten or misspelled does not end everything. May be null.
 * @param context The kubeconfig context that the session was started with. May be null.
 * @param kind The kinds of workload that DevMode knows, spelled as the Kubernetes API spells them. One of
 *     {@link WorkloadKind}. May be null.
 * @param localPort The port on 127.0.0.1. May be null.
 * @param name The workload's name. May be null.
 * @param namespace The workload's namespace. May be null.
 * @param remotePort The port in the pod. May be null.
 * @param session The session's id. May be null.
 */
public record ForwardEndParams(
        Boolean all,
        String context,
        String kind,
        Integer localPort,
        String name,
        String namespace,
        Integer remotePort,
        String session) {
    /** With nothing but what has to be there. */
    public ForwardEndParams() {
        this(null, null, null, null, null, null, null, null);
    }

    /**
     * The same with {@code all}.
     *
     * @param all Every session that the other members leave. {@code session.end} wants it said, so that a member
     *     forgotten or misspelled does not end everything.
     * @return a copy
     */
    public ForwardEndParams withAll(boolean all) {
        return new ForwardEndParams(all, context, kind, localPort, name, namespace, remotePort, session);
    }

    /**
     * The same with {@code context}.
     *
     * @param context The kubeconfig context that the session was started with.
     * @return a copy
     */
    public ForwardEndParams withContext(String context) {
        return new ForwardEndParams(all, context, kind, localPort, name, namespace, remotePort, session);
    }

    /**
     * The same with {@code kind}.
     *
     * @param kind The kinds of workload that DevMode knows, spelled as the Kubernetes API spells them. One of
     *     {@link WorkloadKind}.
     * @return a copy
     */
    public ForwardEndParams withKind(String kind) {
        return new ForwardEndParams(all, context, kind, localPort, name, namespace, remotePort, session);
    }

    /**
     * The same with {@code localPort}.
     *
     * @param localPort The port on 127.0.0.1.
     * @return a copy
     */
    public ForwardEndParams withLocalPort(int localPort) {
        return new ForwardEndParams(all, context, kind, localPort, name, namespace, remotePort, session);
    }

    /**
     * The same with {@code name}.
     *
     * @param name The workload's name.
     * @return a copy
     */
    public ForwardEndParams withName(String name) {
        return new ForwardEndParams(all, context, kind, localPort, name, namespace, remotePort, session);
    }

    /**
     * The same with {@code namespace}.
     *
     * @param namespace The workload's namespace.
     * @return a copy
     */
    public ForwardEndParams withNamespace(String namespace) {
        return new ForwardEndParams(all, context, kind, localPort, name, namespace, remotePort, session);
    }

    /**
     * The same with {@code remotePort}.
     *
     * @param remotePort The port in the pod.
     * @return a copy
     */
    public ForwardEndParams withRemotePort(int remotePort) {
        return new ForwardEndParams(all, context, kind, localPort, name, namespace, remotePort, session);
    }

    /**
     * The same with {@code session}.
     *
     * @param session The session's id.
     * @return a copy
     */
    public ForwardEndParams withSession(String session) {
        return new ForwardEndParams(all, context, kind, localPort, name, namespace, remotePort, session);
    }
}
