// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.Map;

/**
 * The workload and the source folder to suggest dev images for.
 *
 * @param kind The kinds of workload that DevMode knows, spelled as the Kubernetes API spells them. One of
 *     {@link WorkloadKind}.
 * @param name The workload's name.
 * @param container The container to develop in; without it the only one that there is, or the one of last time. May
 *     be null.
 * @param context As in {@code session.start}. May be null.
 * @param environment As in {@code session.start}. May be null.
 * @param kubeconfig As in {@code session.start}. May be null.
 * @param namespace Without it the context's namespace, or {@code default}. May be null.
 * @param source The source folder, an absolute path. Its files tell the language; without it those of last time do.
 *     May be null.
 */
public record ImageSuggestParams(
        String kind,
        String name,
        String container,
        String context,
        Map<String, String> environment,
        String kubeconfig,
        String namespace,
        String source) {
    /**
     * With nothing but what has to be there.
     *
     * @param kind The kinds of workload that DevMode knows, spelled as the Kubernetes API spells them. One of
     *     {@link WorkloadKind}.
     * @param name The workload's name.
     */
    public ImageSuggestParams(String kind, String name) {
        this(kind, name, null, null, null, null, null, null);
    }

    /**
     * The same with {@code container}.
     *
     * @param container The container to develop in; without it the only one that there is, or the one of last time.
     * @return a copy
     */
    public ImageSuggestParams withContainer(String container) {
        return new ImageSuggestParams(kind, name, container, context, environment, kubeconfig, namespace,
                source);
    }

    /**
     * The same with {@code context}.
     *
     * @param context As in {@code session.start}.
     * @return a copy
     */
    public ImageSuggestParams withContext(String context) {
        return new ImageSuggestParams(kind, name, container, context, environment, kubeconfig, namespace,
                source);
    }

    /**
     * The same with {@code environment}.
     *
     * @param environment As in {@code session.start}.
     * @return a copy
     */
    public ImageSuggestParams withEnvironment(Map<String, String> environment) {
        return new ImageSuggestParams(kind, name, container, context, environment, kubeconfig, namespace,
                source);
    }

    /**
     * The same with {@code kubeconfig}.
     *
     * @param kubeconfig As in {@code session.start}.
     * @return a copy
     */
    public ImageSuggestParams withKubeconfig(String kubeconfig) {
        return new ImageSuggestParams(kind, name, container, context, environment, kubeconfig, namespace,
                source);
    }

    /**
     * The same with {@code namespace}.
     *
     * @param namespace Without it the context's namespace, or {@code default}.
     * @return a copy
     */
    public ImageSuggestParams withNamespace(String namespace) {
        return new ImageSuggestParams(kind, name, container, context, environment, kubeconfig, namespace,
                source);
    }

    /**
     * The same with {@code source}.
     *
     * @param source The source folder, an absolute path. Its files tell the language; without it those of last time
     *     do.
     * @return a copy
     */
    public ImageSuggestParams withSource(String source) {
        return new ImageSuggestParams(kind, name, container, context, environment, kubeconfig, namespace,
                source);
    }
}
