// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.Map;

/**
 * Writes a first configuration for a workload.
 *
 * @param kind The workload's kind. One of {@link WorkloadKind}.
 * @param name The workload's name.
 * @param context As in {@code session.start}. May be null.
 * @param environment As in {@code session.start}. May be null.
 * @param image The image to begin with. May be null.
 * @param kubeconfig As in {@code session.start}. May be null.
 * @param namespace Without it the context's namespace, or {@code default}. May be null.
 * @param offline Asks no cluster. May be null.
 * @param source The absolute path of the source folder, whose files say which image is of use. May be null.
 */
public record ConfigScaffoldParams(
        String kind,
        String name,
        String context,
        Map<String, String> environment,
        String image,
        String kubeconfig,
        String namespace,
        Boolean offline,
        String source) {
    /**
     * With nothing but what has to be there.
     *
     * @param kind The workload's kind. One of {@link WorkloadKind}.
     * @param name The workload's name.
     */
    public ConfigScaffoldParams(String kind, String name) {
        this(kind, name, null, null, null, null, null, null, null);
    }

    /**
     * The same with {@code context}.
     *
     * @param context As in {@code session.start}.
     * @return a copy
     */
    public ConfigScaffoldParams withContext(String context) {
        return new ConfigScaffoldParams(kind, name, context, environment, image, kubeconfig, namespace, offline,
                source);
    }

    /**
     * The same with {@code environment}.
     *
     * @param environment As in {@code session.start}.
     * @return a copy
     */
    public ConfigScaffoldParams withEnvironment(Map<String, String> environment) {
        return new ConfigScaffoldParams(kind, name, context, environment, image, kubeconfig, namespace, offline,
                source);
    }

    /**
     * The same with {@code image}.
     *
     * @param image The image to begin with.
     * @return a copy
     */
    public ConfigScaffoldParams withImage(String image) {
        return new ConfigScaffoldParams(kind, name, context, environment, image, kubeconfig, namespace, offline,
                source);
    }

    /**
     * The same with {@code kubeconfig}.
     *
     * @param kubeconfig As in {@code session.start}.
     * @return a copy
     */
    public ConfigScaffoldParams withKubeconfig(String kubeconfig) {
        return new ConfigScaffoldParams(kind, name, context, environment, image, kubeconfig, namespace, offline,
                source);
    }

    /**
     * The same with {@code namespace}.
     *
     * @param namespace Without it the context's namespace, or {@code default}.
     * @return a copy
     */
    public ConfigScaffoldParams withNamespace(String namespace) {
        return new ConfigScaffoldParams(kind, name, context, environment, image, kubeconfig, namespace, offline,
                source);
    }

    /**
     * The same with {@code offline}.
     *
     * @param offline Asks no cluster.
     * @return a copy
     */
    public ConfigScaffoldParams withOffline(boolean offline) {
        return new ConfigScaffoldParams(kind, name, context, environment, image, kubeconfig, namespace, offline,
                source);
    }

    /**
     * The same with {@code source}.
     *
     * @param source The absolute path of the source folder, whose files say which image is of use.
     * @return a copy
     */
    public ConfigScaffoldParams withSource(String source) {
        return new ConfigScaffoldParams(kind, name, context, environment, image, kubeconfig, namespace, offline,
                source);
    }
}
