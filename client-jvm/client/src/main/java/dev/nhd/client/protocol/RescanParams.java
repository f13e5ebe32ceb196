// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * Looks at files again that changed unseen.
 *
 * @param all Every session that the other members leave. {@code session.end} wants it said, so that a member
 *     forgotten or misspelled does not end everything. May be null.
 * @param context The kubeconfig context that the session was started with. May be null.
 * @param kind The kinds of workload that DevMode knows, spelled as the Kubernetes API spells them. One of
 *     {@link WorkloadKind}. May be null.
 * @param name The workload's name. May be null.
 * @param namespace The workload's namespace. May be null.
 * @param paths Paths relative to the source folder, each with all below it; everything without them. May be null.
 * @param session The session's id. May be null.
 */
public record RescanParams(
        Boolean all,
        String context,
        String kind,
        String name,
        String namespace,
        List<String> paths,
        String session) {
    /** With nothing but what has to be there. */
    public RescanParams() {
        this(null, null, null, null, null, null, null);
    }

    /**
     * The same with {@code all}.
     *
     * @param all Every session that the other members leave. {@code session.end} wants it said, so that a member
     *     forgotten or misspelled does not end everything.
     * @return a copy
     */
    public RescanParams withAll(boolean all) {
        return new RescanParams(all, context, kind, name, namespace, paths, session);
    }

    /**
     * The same with {@code context}.
     *
     * @param context The kubeconfig context that the session was started with.
     * @return a copy
     */
    public RescanParams withContext(String context) {
        return new RescanParams(all, context, kind, name, namespace, paths, session);
    }

    /**
     * The same with {@code kind}.
     *
     * @param kind The kinds of workload that DevMode knows, spelled as the Kubernetes API spells them. One of
     *     {@link WorkloadKind}.
     * @return a copy
     */
    public RescanParams withKind(String kind) {
        return new RescanParams(all, context, kind, name, namespace, paths, session);
    }

    /**
     * The same with {@code name}.
     *
     * @param name The workload's name.
     * @return a copy
     */
    public RescanParams withName(String name) {
        return new RescanParams(all, context, kind, name, namespace, paths, session);
    }

    /**
     * The same with {@code namespace}.
     *
     * @param namespace The workload's namespace.
     * @return a copy
     */
    public RescanParams withNamespace(String namespace) {
        return new RescanParams(all, context, kind, name, namespace, paths, session);
    }

    /**
     * The same with {@code paths}.
     *
     * @param paths Paths relative to the source folder, each with all below it; everything without them.
     * @return a copy
     */
    public RescanParams withPaths(List<String> paths) {
        return new RescanParams(all, context, kind, name, namespace, paths, session);
    }

    /**
     * The same with {@code session}.
     *
     * @param session The session's id.
     * @return a copy
     */
    public RescanParams withSession(String session) {
        return new RescanParams(all, context, kind, name, namespace, paths, session);
    }
}
