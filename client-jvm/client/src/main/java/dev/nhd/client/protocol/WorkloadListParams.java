// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.Map;

/**
 * Which workloads to list.
 *
 * @param allNamespaces Those of every namespace. May be null.
 * @param context As in {@code session.start}. May be null.
 * @param environment As in {@code session.start}. May be null.
 * @param kubeconfig As in {@code session.start}. May be null.
 * @param namespace Without it the context's namespace, or {@code default}. May be null.
 */
public record WorkloadListParams(
        Boolean allNamespaces,
        String context,
        Map<String, String> environment,
        String kubeconfig,
        String namespace) {
    /** With nothing but what has to be there. */
    public WorkloadListParams() {
        this(null, null, null, null, null);
    }

    /**
     * The same with {@code allNamespaces}.
     *
     * @param allNamespaces Those of every namespace.
     * @return a copy
     */
    public WorkloadListParams withAllNamespaces(boolean allNamespaces) {
        return new WorkloadListParams(allNamespaces, context, environment, kubeconfig, namespace);
    }

    /**
     * The same with {@code context}.
     *
     * @param context As in {@code session.start}.
     * @return a copy
     */
    public WorkloadListParams withContext(String context) {
        return new WorkloadListParams(allNamespaces, context, environment, kubeconfig, namespace);
    }

    /**
     * The same with {@code environment}.
     *
     * @param environment As in {@code session.start}.
     * @return a copy
     */
    public WorkloadListParams withEnvironment(Map<String, String> environment) {
        return new WorkloadListParams(allNamespaces, context, environment, kubeconfig, namespace);
    }

    /**
     * The same with {@code kubeconfig}.
     *
     * @param kubeconfig As in {@code session.start}.
     * @return a copy
     */
    public WorkloadListParams withKubeconfig(String kubeconfig) {
        return new WorkloadListParams(allNamespaces, context, environment, kubeconfig, namespace);
    }

    /**
     * The same with {@code namespace}.
     *
     * @param namespace Without it the context's namespace, or {@code default}.
     * @return a copy
     */
    public WorkloadListParams withNamespace(String namespace) {
        return new WorkloadListParams(allNamespaces, context, environment, kubeconfig, namespace);
    }
}
