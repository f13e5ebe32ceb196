// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;
import java.util.Map;

/**
 * Opens a terminal. It outlives the client, and ends with its process, its pod, its session or the daemon.
 *
 * @param again A terminal that has ended, by its id: it is opened anew in the pod that there is now, with what it
 *     was opened with, and leaves the list. Nothing else need be given then. May be null.
 * @param command The program and its arguments. Without it the first shell that the container has: that of the dev
 *     configuration, {@code bash}, {@code zsh}, {@code ash}, {@code sh}. May be null.
 * @param container Without it the dev container, the pod's default container, or the only one. May be null.
 * @param context The context in it; without it the current one. May be null.
 * @param env Variables for it, beside those of the container. {@code TERM} is {@code xterm-256color} where it is
 *     not among them. May be null.
 * @param environment As in {@code session.start}. May be null.
 * @param kind The workload's kind. One of {@link WorkloadKind}. May be null.
 * @param kubeconfig As in {@code session.start}. A session is reached by its own way. May be null.
 * @param name The workload's name. May be null.
 * @param namespace Where the workload is; without it the context's namespace, or {@code default}. May be null.
 * @param pod A pod of the workload, by its name; without it the dev pod, or one that is ready. May be null.
 * @param session The session, by its id. Without it, {@code kind} and {@code name}. May be null.
 * @param size The size that it begins with; 80 × 24 without it. May be null.
 * @param workDir The folder to be in; without it the synced folder in a dev container, else the container's own.
 *     May be null.
 */
public record TerminalOpenParams(
        String again,
        List<String> command,
        String container,
        String context,
        Map<String, String> env,
        Map<String, String> environment,
        String kind,
        String kubeconfig,
        String name,
        String namespace,
        String pod,
        String session,
        TerminalSize size,
        String workDir) {
    /** With nothing but what has to be there. */
    public TerminalOpenParams() {
        this(null, null, null, null, null, null, null, null, null, null, null, null, null, null);
    }

    /**
     * The same with {@code again}.
     *
     * @param again A terminal that has ended, by its id: it is opened anew in the pod that there is now, with what
     *     it was opened with, and leaves the list. Nothing else need be given then.
     * @return a copy
     */
    public TerminalOpenParams withAgain(String again) {
        return new TerminalOpenParams(again, command, container, context, env, environment, kind, kubeconfig,
                name, namespace, pod, session, size, workDir);
    }

    /**
     * The same with {@code command}.
     *
     * @param command The program and its arguments. Without it the first shell that the container has: that of the
     *     dev configuration, {@code bash}, {@code zsh}, {@code ash}, {@code sh}.
     * @return a copy
     */
    public TerminalOpenParams withCommand(List<String> command) {
        return new TerminalOpenParams(again, command, container, context, env, environment, kind, kubeconfig,
                name, namespace, pod, session, size, workDir);
    }

    /**
     * The same with {@code container}.
     *
     * @param container Without it the dev container, the pod's default container, or the only one.
     * @return a copy
     */
    public TerminalOpenParams withContainer(String container) {
        return new TerminalOpenParams(again, command, container, context, env, environment, kind, kubeconfig,
                name, namespace, pod, session, size, workDir);
    }

    /**
     * The same with {@code context}.
     *
     * @param context The context in it; without it the current one.
     * @return a copy
     */
    public TerminalOpenParams withContext(String context) {
        return new TerminalOpenParams(again, command, container, context, env, environment, kind, kubeconfig,
                name, namespace, pod, session, size, workDir);
    }

    /**
     * The same with {@code env}.
     *
     * @param env Variables for it, beside those of the container. {@code TERM} is {@code xterm-256color} where it
     *     is not among them.
     * @return a copy
     */
    public TerminalOpenParams withEnv(Map<String, String> env) {
        return new TerminalOpenParams(again, command, container, context, env, environment, kind, kubeconfig,
                name, namespace, pod, session, size, workDir);
    }

    /**
     * The same with {@code environment}.
     *
     * @param environment As in {@code session.start}.
     * @return a copy
     */
    public TerminalOpenParams withEnvironment(Map<String, String> environment) {
        return new TerminalOpenParams(again, command, container, context, env, environment, kind, kubeconfig,
                name, namespace, pod, session, size, workDir);
    }

    /**
     * The same with {@code kind}.
     *
     * @param kind The workload's kind. One of {@link WorkloadKind}.
     * @return a copy
     */
    public TerminalOpenParams withKind(String kind) {
        return new TerminalOpenParams(again, command, container, context, env, environment, kind, kubeconfig,
                name, namespace, pod, session, size, workDir);
    }

    /**
     * The same with {@code kubeconfig}.
     *
     * @param kubeconfig As in {@code session.start}. A session is reached by its own way.
     * @return a copy
     */
    public TerminalOpenParams withKubeconfig(String kubeconfig) {
        return new TerminalOpenParams(again, command, container, context, env, environment, kind, kubeconfig,
                name, namespace, pod, session, size, workDir);
    }

    /**
     * The same with {@code name}.
     *
     * @param name The workload's name.
     * @return a copy
     */
    public TerminalOpenParams withName(String name) {
        return new TerminalOpenParams(again, command, container, context, env, environment, kind, kubeconfig,
                name, namespace, pod, session, size, workDir);
    }

    /**
     * The same with {@code namespace}.
     *
     * @param namespace Where the workload is; without it the context's namespace, or {@code default}.
     * @return a copy
     */
    public TerminalOpenParams withNamespace(String namespace) {
        return new TerminalOpenParams(again, command, container, context, env, environment, kind, kubeconfig,
                name, namespace, pod, session, size, workDir);
    }

    /**
     * The same with {@code pod}.
     *
     * @param pod A pod of the workload, by its name; without it the dev pod, or one that is ready.
     * @return a copy
     */
    public TerminalOpenParams withPod(String pod) {
        return new TerminalOpenParams(again, command, container, context, env, environment, kind, kubeconfig,
                name, namespace, pod, session, size, workDir);
    }

    /**
     * The same with {@code session}.
     *
     * @param session The session, by its id. Without it, {@code kind} and {@code name}.
     * @return a copy
     */
    public TerminalOpenParams withSession(String session) {
        return new TerminalOpenParams(again, command, container, context, env, environment, kind, kubeconfig,
                name, namespace, pod, session, size, workDir);
    }

    /**
     * The same with {@code size}.
     *
     * @param size The size that it begins with; 80 × 24 without it.
     * @return a copy
     */
    public TerminalOpenParams withSize(TerminalSize size) {
        return new TerminalOpenParams(again, command, container, context, env, environment, kind, kubeconfig,
                name, namespace, pod, session, size, workDir);
    }

    /**
     * The same with {@code workDir}.
     *
     * @param workDir The folder to be in; without it the synced folder in a dev container, else the container's
     *     own.
     * @return a copy
     */
    public TerminalOpenParams withWorkDir(String workDir) {
        return new TerminalOpenParams(again, command, container, context, env, environment, kind, kubeconfig,
                name, namespace, pod, session, size, workDir);
    }
}
