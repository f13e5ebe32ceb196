// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.Map;

/**
 * Which workloads to follow.
 *
 * @param allNamespaces Those of every namespace. May be null.
 * @param context As in {@code session.start}. May be null.
 * @param environment As in {@code session.start}. May be null.
 * @param kubeconfig As in {@code session.start}. May be null.
 * @param namespace Without it the context's namespace, or {@code default}. May be null.
 */
public record WorkloadSubscribeParams(
        Boolean allNamespaces,
        String context,
        Map<String, String> environment,
        String kubeconfig,
        String namespace) {
    /** With nothing but what has to be there. */
    public WorkloadSubscribeParams() {
        this(null, null, null, null, null);
    }

    /**
     * The same with {@code allNamespaces}.
     *
     * @param allNamespaces Those of every namespace.
     * @return a copy
     */
    public WorkloadSubscribeParams withAllNamespaces(boolean allNamespaces) {
        return new WorkloadSubscribeParams(allNamespaces, context, environment, kubeconfig, namespace);
    }

    /**
     * The same with {@code context}.
     *
     * @param context As in {@code session.start}.
     * @return a copy
     */
    public WorkloadSubscribeParams withContext(String context) {
        return new WorkloadSubscribeParams(allNamespaces, context, environment, kubeconfig, namespace);
    }

    /**
     * The same with {@code environment}.
     *
     * @param environment As in {@code session.start}.
     * @return a copy
     */
    public WorkloadSubscribeParams withEnvironment(Map<String, String> environment) {
        return new WorkloadSubscribeParams(allNamespaces, context, environment, kubeconfig, namespace);
    }

    /**
     * The same with {@code kubeconfig}.
     *
     * @param kubeconfig As in {@code session.start}.
     * @return a copy
     */
    public WorkloadSubscribeParams withKubeconfig(String kubeconfig) {
        return new WorkloadSubscribeParams(allNamespaces, context, environment, kubeconfig, namespace);
    }

    /**
     * The same with {@code namespace}.
     *
     * @param namespace Without it the context's namespace, or {@code default}.
     * @return a copy
     */
    public WorkloadSubscribeParams withNamespace(String namespace) {
        return new WorkloadSubscribeParams(allNamespaces, context, environment, kubeconfig, namespace);
    }
}
