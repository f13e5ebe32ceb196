// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.Map;

/**
 * The workload to take out of DevMode that another daemon put into it.
 *
 * @param kind The kinds of workload that DevMode knows, spelled as the Kubernetes API spells them. One of
 *     {@link WorkloadKind}.
 * @param name The workload's name.
 * @param context As in {@code session.start}. May be null.
 * @param environment As in {@code session.start}. May be null.
 * @param kubeconfig As in {@code session.start}. May be null.
 * @param namespace Without it the context's namespace, or {@code default}. May be null.
 */
public record ReleaseParams(
        String kind,
        String name,
        String context,
        Map<String, String> environment,
        String kubeconfig,
        String namespace) {
    /**
     * With nothing but what has to be there.
     *
     * @param kind The kinds of workload that DevMode knows, spelled as the Kubernetes API spells them. One of
     *     {@link WorkloadKind}.
     * @param name The workload's name.
     */
    public ReleaseParams(String kind, String name) {
        this(kind, name, null, null, null, null);
    }

    /**
     * The same with {@code context}.
     *
     * @param context As in {@code session.start}.
     * @return a copy
     */
    public ReleaseParams withContext(String context) {
        return new ReleaseParams(kind, name, context, environment, kubeconfig, namespace);
    }

    /**
     * The same with {@code environment}.
     *
     * @param environment As in {@code session.start}.
     * @return a copy
     */
    public ReleaseParams withEnvironment(Map<String, String> environment) {
        return new ReleaseParams(kind, name, context, environment, kubeconfig, namespace);
    }

    /**
     * The same with {@code kubeconfig}.
     *
     * @param kubeconfig As in {@code session.start}.
     * @return a copy
     */
    public ReleaseParams withKubeconfig(String kubeconfig) {
        return new ReleaseParams(kind, name, context, environment, kubeconfig, namespace);
    }

    /**
     * The same with {@code namespace}.
     *
     * @param namespace Without it the context's namespace, or {@code default}.
     * @return a copy
     */
    public ReleaseParams withNamespace(String namespace) {
        return new ReleaseParams(kind, name, context, environment, kubeconfig, namespace);
    }
}
