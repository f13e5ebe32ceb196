// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.Map;

/**
 * Which workload to describe.
 *
 * @param kind The kinds of workload that DevMode knows, spelled as the Kubernetes API spells them. One of
 *     {@link WorkloadKind}.
 * @param name The workload's name.
 * @param context As in {@code session.start}. May be null.
 * @param environment As in {@code session.start}. May be null.
 * @param kubeconfig As in {@code session.start}. May be null.
 * @param namespace Without it the context's namespace, or {@code default}. May be null.
 */
public record DescribeParams(
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
    public DescribeParams(String kind, String name) {
        this(kind, name, null, null, null, null);
    }

    /**
     * The same with {@code context}.
     *
     * @param context As in {@code session.start}.
     * @return a copy
     */
    public DescribeParams withContext(String context) {
        return new DescribeParams(kind, name, context, environment, kubeconfig, namespace);
    }

    /**
     * The same with {@code environment}.
     *
     * @param environment As in {@code session.start}.
     * @return a copy
     */
    public DescribeParams withEnvironment(Map<String, String> environment) {
        return new DescribeParams(kind, name, context, environment, kubeconfig, namespace);
    }

    /**
     * The same with {@code kubeconfig}.
     *
     * @param kubeconfig As in {@code session.start}.
     * @return a copy
     */
    public DescribeParams withKubeconfig(String kubeconfig) {
        return new DescribeParams(kind, name, context, environment, kubeconfig, namespace);
    }

    /**
     * The same with {@code namespace}.
     *
     * @param namespace Without it the context's namespace, or {@code default}.
     * @return a copy
     */
    public DescribeParams withNamespace(String namespace) {
        return new DescribeParams(kind, name, context, environment, kubeconfig, namespace);
    }
}
