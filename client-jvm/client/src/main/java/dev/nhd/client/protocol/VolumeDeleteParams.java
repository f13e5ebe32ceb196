// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.Map;

/**
 * Which claim to delete.
 *
 * @param name The claim's name.
 * @param context As in {@code session.start}. May be null.
 * @param environment As in {@code session.start}. May be null.
 * @param force Also where a pod or a session uses it. May be null.
 * @param kubeconfig As in {@code session.start}. May be null.
 * @param namespace Without it the context's namespace, or {@code default}. May be null.
 */
public record VolumeDeleteParams(
        String name,
        String context,
        Map<String, String> environment,
        Boolean force,
        String kubeconfig,
        String namespace) {
    /**
     * With nothing but what has to be there.
     *
     * @param name The claim's name.
     */
    public VolumeDeleteParams(String name) {
        this(name, null, null, null, null, null);
    }

    /**
     * The same with {@code context}.
     *
     * @param context As in {@code session.start}.
     * @return a copy
     */
    public VolumeDeleteParams withContext(String context) {
        return new VolumeDeleteParams(name, context, environment, force, kubeconfig, namespace);
    }

    /**
     * The same with {@code environment}.
     *
     * @param environment As in {@code session.start}.
     * @return a copy
     */
    public VolumeDeleteParams withEnvironment(Map<String, String> environment) {
        return new VolumeDeleteParams(name, context, environment, force, kubeconfig, namespace);
    }

    /**
     * The same with {@code force}.
     *
     * @param force Also where a pod or a session uses it.
     * @return a copy
     */
    public VolumeDeleteParams withForce(boolean force) {
        return new VolumeDeleteParams(name, context, environment, force, kubeconfig, namespace);
    }

    /**
     * The same with {@code kubeconfig}.
     *
     * @param kubeconfig As in {@code session.start}.
     * @return a copy
     */
    public VolumeDeleteParams withKubeconfig(String kubeconfig) {
        return new VolumeDeleteParams(name, context, environment, force, kubeconfig, namespace);
    }

    /**
     * The same with {@code namespace}.
     *
     * @param namespace Without it the context's namespace, or {@code default}.
     * @return a copy
     */
    public VolumeDeleteParams withNamespace(String namespace) {
        return new VolumeDeleteParams(name, context, environment, force, kubeconfig, namespace);
    }
}
