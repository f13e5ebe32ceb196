// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.Map;

/**
 * Which claims to list.
 *
 * @param allNamespaces Those of every namespace. May be null.
 * @param context As in {@code session.start}. May be null.
 * @param environment As in {@code session.start}. May be null.
 * @param kubeconfig As in {@code session.start}. May be null.
 * @param namespace Without it the context's namespace, or {@code default}. May be null.
 */
public record VolumeListParams(
        Boolean allNamespaces,
        String context,
        Map<String, String> environment,
        String kubeconfig,
        String namespace) {
    /** With nothing but what has to be there. */
    public VolumeListParams() {
        this(null, null, null, null, null);
    }

    /**
     * The same with {@code allNamespaces}.
     *
     * @param allNamespaces Those of every namespace.
     * @return a copy
     */
    public VolumeListParams withAllNamespaces(boolean allNamespaces) {
        return new VolumeListParams(allNamespaces, context, environment, kubeconfig, namespace);
    }

    /**
     * The same with {@code context}.
     *
     * @param context As in {@code session.start}.
     * @return a copy
     */
    public VolumeListParams withContext(String context) {
        return new VolumeListParams(allNamespaces, context, environment, kubeconfig, namespace);
    }

    /**
     * The same with {@code environment}.
     *
     * @param environment As in {@code session.start}.
     * @return a copy
     */
    public VolumeListParams withEnvironment(Map<String, String> environment) {
        return new VolumeListParams(allNamespaces, context, environment, kubeconfig, namespace);
    }

    /**
     * The same with {@code kubeconfig}.
     *
     * @param kubeconfig As in {@code session.start}.
     * @return a copy
     */
    public VolumeListParams withKubeconfig(String kubeconfig) {
        return new VolumeListParams(allNamespaces, context, environment, kubeconfig, namespace);
    }

    /**
     * The same with {@code namespace}.
     *
     * @param namespace Without it the context's namespace, or {@code default}.
     * @return a copy
     */
    public VolumeListParams withNamespace(String namespace) {
        return new VolumeListParams(allNamespaces, context, environment, kubeconfig, namespace);
    }
}
