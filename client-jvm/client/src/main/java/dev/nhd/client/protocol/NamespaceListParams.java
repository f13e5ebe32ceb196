// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.Map;

/**
 * Where to look for namespaces.
 *
 * @param context As in {@code session.start}. May be null.
 * @param environment As in {@code session.start}. May be null.
 * @param kubeconfig As in {@code session.start}. May be null.
 */
public record NamespaceListParams(String context, Map<String, String> environment, String kubeconfig) {
    /** With nothing but what has to be there. */
    public NamespaceListParams() {
        this(null, null, null);
    }

    /**
     * The same with {@code context}.
     *
     * @param context As in {@code session.start}.
     * @return a copy
     */
    public NamespaceListParams withContext(String context) {
        return new NamespaceListParams(context, environment, kubeconfig);
    }

    /**
     * The same with {@code environment}.
     *
     * @param environment As in {@code session.start}.
     * @return a copy
     */
    public NamespaceListParams withEnvironment(Map<String, String> environment) {
        return new NamespaceListParams(context, environment, kubeconfig);
    }

    /**
     * The same with {@code kubeconfig}.
     *
     * @param kubeconfig As in {@code session.start}.
     * @return a copy
     */
    public NamespaceListParams withKubeconfig(String kubeconfig) {
        return new NamespaceListParams(context, environment, kubeconfig);
    }
}
