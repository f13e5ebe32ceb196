// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;
import java.util.Map;

/**
 * Starts a command: one that is given, or one of the dev configuration by its name.
 *
 * @param command The program and its arguments, without a shell around them. Either this or {@code run}. May be
 *     null.
 * @param container Without it the dev container, the pod's default container, or the only one. May be null.
 * @param context The context in it; without it the current one. May be null.
 * @param detached It outlives its client, and its output is kept as that of a terminal is. Without it, what it
 *     writes waits for its client, and it is killed when the connection of its client ends. May be null.
 * @param env Variables for it, beside those of the container. May be null.
 * @param environment As in {@code session.start}. May be null.
 * @param kind The workload's kind. One of {@link WorkloadKind}. May be null.
 * @param kubeconfig As in {@code session.start}. A session is reached by its own way. May be null.
 * @param name The workload's name. May be null.
 * @param namespace Where the workload is; without it the context's namespace, or {@code default}. May be null.
 * @param pod A pod of the workload, by its name; without it the dev pod, or one that is ready. May be null.
 * @param run One of the dev configuration's, as that is now: its texts joined by spaces, in the configured shell or
 *     {@code sh}, after everything saved before is in the pod. Only in a session. One of {@link NamedCommand}. May be
 *     null.
 * @param session The session, by its id. Without it, {@code kind} and {@code name}. May be null.
 * @param size With {@code tty}: the size that it begins with; 80 × 24 without it. May be null.
 * @param stdin Whether it has standard input; without, it reads its end at once. May be null.
 * @param tty In a terminal, where standard output and standard error are one. May be null.
 * @param workDir As for a terminal. May be null.
 */
public record ExecStartParams(
        List<String> command,
        String container,
        String context,
        Boolean detached,
        Map<String, String> env,
        Map<String, String> environment,
        String kind,
        String kubeconfig,
        String name,
        String namespace,
        String pod,
        String run,
        String session,
        TerminalSize size,
        Boolean stdin,
        Boolean tty,
        String workDir) {
    /** With nothing but what has to be there. */
    public ExecStartParams() {
        this(null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
                null);
    }

    /**
     * The same with {@code command}.
     *
     * @param command The program and its arguments, without a shell around them. Either this or {@code run}.
     * @return a copy
     */
    public ExecStartParams withCommand(List<String> command) {
        return new ExecStartParams(command, container, context, detached, env, environment, kind, kubeconfig,
                name, namespace, pod, run, session, size, stdin, tty, workDir);
    }

    /**
     * The same with {@code container}.
     *
     * @param container Without it the dev container, the pod's default container, or the only one.
     * @return a copy
     */
    public ExecStartParams withContainer(String container) {
        return new ExecStartParams(command, container, context, detached, env, environment, kind, kubeconfig,
                name, namespace, pod, run, session, size, stdin, tty, workDir);
    }

    /**
     * The same with {@code context}.
     *
     * @param context The context in it; without it the current one.
     * @return a copy
     */
    public ExecStartParams withContext(String context) {
        return new ExecStartParams(command, container, context, detached, env, environment, kind, kubeconfig,
                name, namespace, pod, run, session, size, stdin, tty, workDir);
    }

    /**
     * The same with {@code detached}.
     *
     * @param detached It outlives its client, and its output is kept as that of a terminal is. Without it, what it
     *     writes waits for its client, and it is killed when the connection of its client ends.
     * @return a copy
     */
    public ExecStartParams withDetached(boolean detached) {
        return new ExecStartParams(command, container, context, detached, env, environment, kind, kubeconfig,
                name, namespace, pod, run, session, size, stdin, tty, workDir);
    }

    /**
     * The same with {@code env}.
     *
     * @param env Variables for it, beside those of the container.
     * @return a copy
     */
    public ExecStartParams withEnv(Map<String, String> env) {
        return new ExecStartParams(command, container, context, detached, env, environment, kind, kubeconfig,
                name, namespace, pod, run, session, size, stdin, tty, workDir);
    }

    /**
     * The same with {@code environment}.
     *
     * @param environment As in {@code session.start}.
     * @return a copy
     */
    public ExecStartParams withEnvironment(Map<String, String> environment) {
        return new ExecStartParams(command, container, context, detached, env, environment, kind, kubeconfig,
                name, namespace, pod, run, session, size, stdin, tty, workDir);
    }

    /**
     * The same with {@code kind}.
     *
     * @param kind The workload's kind. One of {@link WorkloadKind}.
     * @return a copy
     */
    public ExecStartParams withKind(String kind) {
        return new ExecStartParams(command, container, context, detached, env, environment, kind, kubeconfig,
                name, namespace, pod, run, session, size, stdin, tty, workDir);
    }

    /**
     * The same with {@code kubeconfig}.
     *
     * @param kubeconfig As in {@code session.start}. A session is reached by its own way.
     * @return a copy
     */
    public ExecStartParams withKubeconfig(String kubeconfig) {
        return new ExecStartParams(command, container, context, detached, env, environment, kind, kubeconfig,
                name, namespace, pod, run, session, size, stdin, tty, workDir);
    }

    /**
     * The same with {@code name}.
     *
     * @param name The workload's name.
     * @return a copy
     */
    public ExecStartParams withName(String name) {
        return new ExecStartParams(command, container, context, detached, env, environment, kind, kubeconfig,
                name, namespace, pod, run, session, size, stdin, tty, workDir);
    }

    /**
     * The same with {@code namespace}.
     *
     * @param namespace Where the workload is; without it the context's namespace, or {@code default}.
     * @return a copy
     */
    public ExecStartParams withNamespace(String namespace) {
        return new ExecStartParams(command, container, context, detached, env, environment, kind, kubeconfig,
                name, namespace, pod, run, session, size, stdin, tty, workDir);
    }

    /**
     * The same with {@code pod}.
     *
     * @param pod A pod of the workload, by its name; without it the dev pod, or one that is ready.
     * @return a copy
     */
    public ExecStartParams withPod(String pod) {
        return new ExecStartParams(command, container, context, detached, env, environment, kind, kubeconfig,
                name, namespace, pod, run, session, size, stdin, tty, workDir);
    }

    /**
     * The same with {@code run}.
     *
     * @param run One of the dev configuration's, as that is now: its texts joined by spaces, in the configured
     *     shell or {@code sh}, after everything saved before is in the pod. Only in a session. One of
     *     {@link NamedCommand}.
     * @return a copy
     */
    public ExecStartParams withRun(String run) {
        return new ExecStartParams(command, container, context, detached, env, environment, kind, kubeconfig,
                name, namespace, pod, run, session, size, stdin, tty, workDir);
    }

    /**
     * The same with {@code session}.
     *
     * @param session The session, by its id. Without it, {@code kind} and {@code name}.
     * @return a copy
     */
    public ExecStartParams withSession(String session) {
        return new ExecStartParams(command, container, context, detached, env, environment, kind, kubeconfig,
                name, namespace, pod, run, session, size, stdin, tty, workDir);
    }

    /**
     * The same with {@code size}.
     *
     * @param size With {@code tty}: the size that it begins with; 80 × 24 without it.
     * @return a copy
     */
    public ExecStartParams withSize(TerminalSize size) {
        return new ExecStartParams(command, container, context, detached, env, environment, kind, kubeconfig,
                name, namespace, pod, run, session, size, stdin, tty, workDir);
    }

    /**
     * The same with {@code stdin}.
     *
     * @param stdin Whether it has standard input; without, it reads its end at once.
     * @return a copy
     */
    public ExecStartParams withStdin(boolean stdin) {
        return new ExecStartParams(command, container, context, detached, env, environment, kind, kubeconfig,
                name, namespace, pod, run, session, size, stdin, tty, workDir);
    }

    /**
     * The same with {@code tty}.
     *
     * @param tty In a terminal, where standard output and standard error are one.
     * @return a copy
     */
    public ExecStartParams withTty(boolean tty) {
        return new ExecStartParams(command, container, context, detached, env, environment, kind, kubeconfig,
                name, namespace, pod, run, session, size, stdin, tty, workDir);
    }

    /**
     * The same with {@code workDir}.
     *
     * @param workDir As for a terminal.
     * @return a copy
     */
    public ExecStartParams withWorkDir(String workDir) {
        return new ExecStartParams(command, container, context, detached, env, environment, kind, kubeconfig,
                name, namespace, pod, run, session, size, stdin, tty, workDir);
    }
}
