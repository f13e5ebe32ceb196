// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * Names a path in the dev container of the one session that matches: in one of the two forms.
 *
 * @param all Every session that the other members leave. {@code session.end} wants it said, so that a member
 *     forgotten or misspelled does not end everything. May be null.
 * @param context The kubeconfig context that the session was started with. May be null.
 * @param kind The kinds of workload that DevMode knows, spelled as the Kubernetes API spells them. One of
 *     {@link WorkloadKind}. May be null.
 * @param name The workload's name. May be null.
 * @param namespace The workload's namespace. May be null.
 * @param path An absolute path. May be null.
 * @param pathBase64 The same in base64, for one that is not Unicode. May be null.
 * @param session The session's id. May be null.
 */
public record FileParams(
        Boolean all,
        String context,
        String kind,
        String name,
        String namespace,
        String path,
        String pathBase64,
        String session) {
    /** With nothing but what has to be there. */
    public FileParams() {
        this(null, null, null, null, null, null, null, null);
    }

    /**
     * The same with {@code all}.
     *
     * @param all Every session that the other members leave. {@code session.end} wants it said, so that a member
     *     forgotten or misspelled does not end everything.
     * @return a copy
     */
    public FileParams withAll(boolean all) {
        return new FileParams(all, context, kind, name, namespace, path, pathBase64, session);
    }

    /**
     * The same with {@code context}.
     *
     * @param context The kubeconfig context that the session was started with.
     * @return a copy
     */
    public FileParams withContext(String context) {
        return new FileParams(all, context, kind, name, namespace, path, pathBase64, session);
    }

    /**
     * The same with {@code kind}.
     *
     * @param kind The kinds of workload that DevMode knows, spelled as the Kubernetes API spells them. One of
     *     {@link WorkloadKind}.
     * @return a copy
     */
    public FileParams withKind(String kind) {
        return new FileParams(all, context, kind, name, namespace, path, pathBase64, session);
    }

    /**
     * The same with {@code name}.
     *
     * @param name The workload's name.
     * @return a copy
     */
    public FileParams withName(String name) {
        return new FileParams(all, context, kind, name, namespace, path, pathBase64, session);
    }

    /**
     * The same with {@code namespace}.
     *
     * @param namespace The workload's namespace.
     * @return a copy
     */
    public FileParams withNamespace(String namespace) {
        return new FileParams(all, context, kind, name, namespace, path, pathBase64, session);
    }

    /**
     * The same with {@code path}.
     *
     * @param path An absolute path.
     * @return a copy
     */
    public FileParams withPath(String path) {
        return new FileParams(all, context, kind, name, namespace, path, pathBase64, session);
    }

    /**
     * The same with {@code pathBase64}.
     *
     * @param pathBase64 The same in base64, for one that is not Unicode.
     * @return a copy
     */
    public FileParams withPathBase64(String pathBase64) {
        return new FileParams(all, context, kind, name, namespace, path, pathBase64, session);
    }

    /**
     * The same with {@code session}.
     *
     * @param session The session's id.
     * @return a copy
     */
    public FileParams withSession(String session) {
        return new FileParams(all, context, kind, name, namespace, path, pathBase64, session);
    }
}
