// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.Map;

/**
 * Where to look. All of it is as in {@code session.start}, so that what is found is what a start would meet.
 *
 * @param context As in {@code session.start}. May be null.
 * @param environment As in {@code session.start}: exec plugins and syncthing are looked up on its {@code PATH}. May
 *     be null.
 * @param kubeconfig As in {@code session.start}. May be null.
 * @param namespace Without it the context's namespace, or {@code default}. May be null.
 */
public record DoctorParams(String context, Map<String, String> environment, String kubeconfig, String namespace) {
    /** With nothing but what has to be there. */
    public DoctorParams() {
        this(null, null, null, null);
    }

    /**
     * The same with {@code context}.
     *
     * @param context As in {@code session.start}.
     * @return a copy
     */
    public DoctorParams withContext(String context) {
        return new DoctorParams(context, environment, kubeconfig, namespace);
    }

    /**
     * The same with {@code environment}.
     *
     * @param environment As in {@code session.start}: exec plugins and syncthing are looked up on its {@code PATH}.
     * @return a copy
     */
    public DoctorParams withEnvironment(Map<String, String> environment) {
        return new DoctorParams(context, environment, kubeconfig, namespace);
    }

    /**
     * The same with {@code kubeconfig}.
     *
     * @param kubeconfig As in {@code session.start}.
     * @return a copy
     */
    public DoctorParams withKubeconfig(String kubeconfig) {
        return new DoctorParams(context, environment, kubeconfig, namespace);
    }

    /**
     * The same with {@code namespace}.
     *
     * @param namespace Without it the context's namespace, or {@code default}.
     * @return a copy
     */
    public DoctorParams withNamespace(String namespace) {
        return new DoctorParams(context, environment, kubeconfig, namespace);
    }
}
