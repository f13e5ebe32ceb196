// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.Map;

/**
 * Which kubeconfig to read.
 *
 * @param environment As in {@code session.start}. {@code PATH} in it is where exec plugins are looked for. May be
 *     null.
 * @param kubeconfig As in {@code session.start}: one file, or several as in {@code KUBECONFIG}. Without it
 *     {@code KUBECONFIG} of the {@code environment}, else {@code ~/.kube/config}. May be null.
 */
public record ContextListParams(Map<String, String> environment, String kubeconfig) {
    /** With nothing but what has to be there. */
    public ContextListParams() {
        this(null, null);
    }

    /**
     * The same with {@code environment}.
     *
     * @param environment As in {@code session.start}. {@code PATH} in it is where exec plugins are looked for.
     * @return a copy
     */
    public ContextListParams withEnvironment(Map<String, String> environment) {
        return new ContextListParams(environment, kubeconfig);
    }

    /**
     * The same with {@code kubeconfig}.
     *
     * @param kubeconfig As in {@code session.start}: one file, or several as in {@code KUBECONFIG}. Without it
     *     {@code KUBECONFIG} of the {@code environment}, else {@code ~/.kube/config}.
     * @return a copy
     */
    public ContextListParams withKubeconfig(String kubeconfig) {
        return new ContextListParams(environment, kubeconfig);
    }
}
