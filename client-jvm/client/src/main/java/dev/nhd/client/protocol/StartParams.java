// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;
import java.util.Map;

/**
 * Starts a dev session, or says what that would do ({@code session.plan}, {@code config.resolve}). What is left out
 * comes from the dev configuration.
 *
 * @param kind The workload's kind. One of {@link WorkloadKind}.
 * @param name The workload's name.
 * @param source The absolute path of the local source folder.
 * @param container The container to develop in; may be left out where there is only one. May be null.
 * @param context The context in it; without it the current one. The session stays with it when the current one
 *     changes. May be null.
 * @param env Variables for the dev container, beside those that it has and those of the dev configuration. May be
 *     null.
 * @param environment The client's environment, as far as kubeconfig's exec plugins and the search for syncthing
 *     need it ({@code PATH}, {@code HOME}, {@code KUBECONFIG}, cloud profiles), and what the variables of the dev
 *     configuration stand for. What may be secret of it is in no file and ends with the daemon; whoever asks next
 *     brings it again. May be null.
 * @param force Starts also where something may be lost or undone by others, which is refused otherwise: a workload
 *     that another controller's resource owns, a pod whose own claims go with it or that has finished, a claim or a
 *     folder of the node at the work dir. May be null.
 * @param image The dev image; may be left out where the dev configuration names one. May be null.
 * @param kubeconfig One absolute path, or several joined by the platform's path separator as in {@code KUBECONFIG}.
 *     Without it {@code KUBECONFIG} of {@code environment}, then {@code ~/.kube/config}. May be null.
 * @param namespace Where the workload is; without it the context's namespace, or {@code default}. May be null.
 * @param portForward Ports to forward for as long as the session lasts: {@code 8080:80}, {@code :80} for whichever
 *     local port is free, or {@code 80} for the same on both sides. Without any, those of the dev configuration. One
 *     whose local port is taken is not a failure: it is in the session's status and is tried again. May be null.
 * @param securityContext Without it the container's is removed, and of the pod's what would stop the sidecar, which
 *     then runs as root. One of {@link SecurityContextChoice}. May be null.
 * @param sidecarImage The sidecar's image; the preset's without it. May be null.
 * @param sidecarPreset {@code syncthing} without it. One of {@link SidecarPreset}. May be null.
 * @param syncType Which way files go; {@code send} without it. One of {@link SyncType}. May be null.
 * @param timeoutMs How long the start may take until the dev pod is ready; 120,000 without it. A start that takes
 *     longer is undone, which takes its time on top. From then on only a first sync that comes no further, for as long
 *     and at least for a minute, is a reason to undo it. May be null.
 * @param workDir The folder in the container; {@code /home/nocalhost-dev} without it. May be null.
 */
public record StartParams(
        String kind,
        String name,
        String source,
        String container,
        String context,
        Map<String, String> env,
        Map<String, String> environment,
        Boolean force,
        String image,
        String kubeconfig,
        String namespace,
        List<String> portForward,
        String securityContext,
        String sidecarImage,
        String sidecarPreset,
        String syncType,
        Long timeoutMs,
        String workDir) {
    /**
     * With nothing but what has to be there.
     *
     * @param kind The workload's kind. One of {@link WorkloadKind}.
     * @param name The workload's name.
     * @param source The absolute path of the local source folder.
     */
    public StartParams(String kind, String name, String source) {
        this(kind, name, source, null, null, null, null, null, null, null, null, null, null, null, null, null,
                null, null);
    }

    /**
     * The same with {@code container}.
     *
     * @param container The container to develop in; may be left out where there is only one.
     * @return a copy
     */
    public StartParams withContainer(String container) {
        return new StartParams(kind, name, source, container, context, env, environment, force, image,
                kubeconfig, namespace, portForward, securityContext, sidecarImage, sidecarPreset, syncType, timeoutMs,
                workDir);
    }

    /**
     * The same with {@code context}.
     *
     * @param context The context in it; without it the current one. The session stays with it when the current one
     *     changes.
     * @return a copy
     */
    public StartParams withContext(String context) {
        return new StartParams(kind, name, source, container, context, env, environment, force, image,
                kubeconfig, namespace, portForward, securityContext, sidecarImage, sidecarPreset, syncType, timeoutMs,
                workDir);
    }

    /**
     * The same with {@code env}.
     *
     * @param env Variables for the dev container, beside those that it has and those of the dev configuration.
     * @return a copy
     */
    public StartParams withEnv(Map<String, String> env) {
        return new StartParams(kind, name, source, container, context, env, environment, force, image,
                kubeconfig, namespace, portForward, securityContext, sidecarImage, sidecarPreset, syncType, timeoutMs,
                workDir);
    }

    /**
     * The same with {@code environment}.
     *
     * @param environment The client's environment, as far as kubeconfig's exec plugins and the search for syncthing
     *     need it ({@code PATH}, {@code HOME}, {@code KUBECONFIG}, cloud profiles), and what the variables of the dev
     *     configuration stand for. What may be secret of it is in no file and ends with the daemon; whoever asks next
     *     brings it again.
     * @return a copy
     */
    public StartParams withEnvironment(Map<String, String> environment) {
        return new StartParams(kind, name, source, container, context, env, environment, force, image,
                kubeconfig, namespace, portForward, securityContext, sidecarImage, sidecarPreset, syncType, timeoutMs,
                workDir);
    }

    /**
     * The same with {@code force}.
     *
     * @param force Starts also where something may be lost or undone by others, which is refused otherwise: a
     *     workload that another controller's resource owns, a pod whose own claims go with it or that has finished, a
     *     claim or a folder of the node at the work dir.
     * @return a copy
     */
    public StartParams withForce(boolean force) {
        return new StartParams(kind, name, source, container, context, env, environment, force, image,
                kubeconfig, namespace, portForward, securityContext, sidecarImage, sidecarPreset, syncType, timeoutMs,
                workDir);
    }

    /**
     * The same with {@code image}.
     *
     * @param image The dev image; may be left out where the dev configuration names one.
     * @return a copy
     */
    public StartParams withImage(String image) {
        return new StartParams(kind, name, source, container, context, env, environment, force, image,
                kubeconfig, namespace, portForward, securityContext, sidecarImage, sidecarPreset, syncType, timeoutMs,
                workDir);
    }

    /**
     * The same with {@code kubeconfig}.
     *
     * @param kubeconfig One absolute path, or several joined by the platform's path separator as in
     *     {@code KUBECONFIG}. Without it {@code KUBECONFIG} of {@code environment}, then {@code ~/.kube/config}.
     * @return a copy
     */
    public StartParams withKubeconfig(String kubeconfig) {
        return new StartParams(kind, name, source, container, context, env, environment, force, image,
                kubeconfig, namespace, portForward, securityContext, sidecarImage, sidecarPreset, syncType, timeoutMs,
                workDir);
    }

    /**
     * The same with {@code namespace}.
     *
     * @param namespace Where the workload is; without it the context's namespace, or {@code default}.
     * @return a copy
     */
    public StartParams withNamespace(String namespace) {
        return new StartParams(kind, name, source, container, context, env, environment, force, image,
                kubeconfig, namespace, portForward, securityContext, sidecarImage, sidecarPreset, syncType, timeoutMs,
                workDir);
    }

    /**
     * The same with {@code portForward}.
     *
     * @param portForward Ports to forward for as long as the session lasts: {@code 8080:80}, {@code :80} for
     *     whichever local port is free, or {@code 80} for the same on both sides. Without any, those of the dev
     *     configuration. One whose local port is taken is not a failure: it is in the session's status and is tried
     *     again.
     * @return a copy
     */
    public StartParams withPortForward(List<String> portForward) {
        return new StartParams(kind, name, source, container, context, env, environment, force, image,
                kubeconfig, namespace, portForward, securityContext, sidecarImage, sidecarPreset, syncType, timeoutMs,
                workDir);
    }

    /**
     * The same with {@code securityContext}.
     *
     * @param securityContext Without it the container's is removed, and of the pod's what would stop the sidecar,
     *     which then runs as root. One of {@link SecurityContextChoice}.
     * @return a copy
     */
    public StartParams withSecurityContext(String securityContext) {
        return new StartParams(kind, name, source, container, context, env, environment, force, image,
                kubeconfig, namespace, portForward, securityContext, sidecarImage, sidecarPreset, syncType, timeoutMs,
                workDir);
    }

    /**
     * The same with {@code sidecarImage}.
     *
     * @param sidecarImage The sidecar's image; the preset's without it.
     * @return a copy
     */
    public StartParams withSidecarImage(String sidecarImage) {
        return new StartParams(kind, name, source, container, context, env, environment, force, image,
                kubeconfig, namespace, portForward, securityContext, sidecarImage, sidecarPreset, syncType, timeoutMs,
                workDir);
    }

    /**
     * The same with {@code sidecarPreset}.
     *
     * @param sidecarPreset {@code syncthing} without it. One of {@link SidecarPreset}.
     * @return a copy
     */
    public StartParams withSidecarPreset(String sidecarPreset) {
        return new StartParams(kind, name, source, container, context, env, environment, force, image,
                kubeconfig, namespace, portForward, securityContext, sidecarImage, sidecarPreset, syncType, timeoutMs,
                workDir);
    }

    /**
     * The same with {@code syncType}.
     *
     * @param syncType Which way files go; {@code send} without it. One of {@link SyncType}.
     * @return a copy
     */
    public StartParams withSyncType(String syncType) {
        return new StartParams(kind, name, source, container, context, env, environment, force, image,
                kubeconfig, namespace, portForward, securityContext, sidecarImage, sidecarPreset, syncType, timeoutMs,
                workDir);
    }

    /**
     * The same with {@code timeoutMs}.
     *
     * @param timeoutMs How long the start may take until the dev pod is ready; 120,000 without it. A start that
     *     takes longer is undone, which takes its time on top. From then on only a first sync that comes no further,
     *     for as long and at least for a minute, is a reason to undo it.
     * @return a copy
     */
    public StartParams withTimeoutMs(long timeoutMs) {
        return new StartParams(kind, name, source, container, context, env, environment, force, image,
                kubeconfig, namespace, portForward, securityContext, sidecarImage, sidecarPreset, syncType, timeoutMs,
                workDir);
    }

    /**
     * The same with {@code workDir}.
     *
     * @param workDir The folder in the container; {@code /home/nocalhost-dev} without it.
     * @return a copy
     */
    public StartParams withWorkDir(String workDir) {
        return new StartParams(kind, name, source, container, context, env, environment, force, image,
                kubeconfig, namespace, portForward, securityContext, sidecarImage, sidecarPreset, syncType, timeoutMs,
                workDir);
    }
}
