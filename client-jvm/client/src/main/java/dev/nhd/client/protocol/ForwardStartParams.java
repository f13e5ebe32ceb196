// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * Forwards a port of this machine to one of the dev pod, of the one session that matches.
 *
 * @param remotePort The port in the pod.
 * @param all Every session that the other members leave. {@code session.end} wants it said, so that a member
 *     forgotten or misspelled does not end everything. May be null.
 * @param context The kubeconfig context that the session was started with. May be null.
 * @param kind The kinds of workload that DevMode knows, spelled as the Kubernetes API spells them. One of
 *     {@link WorkloadKind}. May be null.
 * @param localPort The port on 127.0.0.1. Without it, or with 0, one that is free, or that of a forward to the same
 *     port in the pod. May be null.
 * @param name The workload's name. May be null.
 * @param namespace The workload's namespace. May be null.
 * @param session The session's id. May be null.
 */
public record ForwardStartParams(
        int remotePort,
        Boolean all,
        String context,
        String kind,
        Integer localPort,
        String name,
        String namespace,
        String session) {
    /**
     * With nothing but what has to be there.
     *
     * @param remotePort The port in the pod.
     */
    public ForwardStartParams(int remotePort) {
        this(remotePort, null, null, null, null, null, null, null);
    }

    /**
     * The same with {@code all}.
     *
     * @param all Every session that the other members leave. {@code session.end} wants it said, so that a member
     *     forgotten or misspelled does not end everything.
     * @return a copy
     */
    public ForwardStartParams withAll(boolean all) {
        return new ForwardStartParams(remotePort, all, context, kind, localPort, name, namespace, session);
    }

    /**
     * The same with {@code context}.
     *
     * @param context The kubeconfig context that the session was started with.
     * @return a copy
     */
    public ForwardStartParams withContext(String context) {
        return new ForwardStartParams(remotePort, all, context, kind, localPort, name, namespace, session);
    }

    /**
     * The same with {@code kind}.
     *
     * @param kind The kinds of workload that DevMode knows, spelled as the Kubernetes API spells them. One of
     *     {@link WorkloadKind}.
     * @return a copy
     */
    public ForwardStartParams withKind(String kind) {
        return new ForwardStartParams(remotePort, all, context, kind, localPort, name, namespace, session);
    }

    /**
     * The same with {@code localPort}.
     *
     * @param localPort The port on 127.0.0.1. Without it, or with 0, one that is free, or that of a forward to the
     *     same port in the pod.
     * @return a copy
     */
    public ForwardStartParams withLocalPort(int localPort) {
        return new ForwardStartParams(remotePort, all, context, kind, localPort, name, namespace, session);
    }

    /**
     * The same with {@code name}.
     *
     * @param name The workload's name.
     * @return a copy
     */
    public ForwardStartParams withName(String name) {
        return new ForwardStartParams(remotePort, all, context, kind, localPort, name, namespace, session);
    }

    /**
     * The same with {@code namespace}.
     *
     * @param namespace The workload's namespace.
     * @return a copy
     */
    public ForwardStartParams withNamespace(String namespace) {
        return new ForwardStartParams(remotePort, all, context, kind, localPort, name, namespace, session);
    }

    /**
     * The same with {@code session}.
     *
     * @param session The session's id.
     * @return a copy
     */
    public ForwardStartParams withSession(String session) {
        return new ForwardStartParams(remotePort, all, context, kind, localPort, name, namespace, session);
    }
}
