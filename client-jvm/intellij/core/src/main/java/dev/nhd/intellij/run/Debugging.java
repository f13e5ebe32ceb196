package dev.nhd.intellij.run;

import dev.nhd.client.DaemonException;
import dev.nhd.client.protocol.DebugDescription;
import dev.nhd.client.protocol.Debugger;
import dev.nhd.client.protocol.ErrorInfo;
import dev.nhd.client.protocol.ErrorKind;
import dev.nhd.client.protocol.ForwardWaitParams;
import dev.nhd.client.protocol.NamedCommand;
import dev.nhd.client.protocol.SessionSelector;
import dev.nhd.client.protocol.SessionStatus;
import dev.nhd.intellij.daemon.Daemon;
import dev.nhd.intellij.stream.Console;
import dev.nhd.intellij.stream.ConsoleStream;
import dev.nhd.intellij.stream.Streams;
import dev.nhd.intellij.words.Texts;
import dev.nhd.intellij.words.Words;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;

/** From a session to a debugger's port on this machine: what the dev container has, its command, a forward. Blocks. */
public final class Debugging {
    /** The debugger of a JVM. */
    public static final String JDWP = "jdwp";
    private static final String JAVA = "java";
    /** How long the program in the pod may take until its debugger listens. */
    private static final Duration LISTEN_LIMIT = Duration.ofMinutes(2);

    private final Daemon daemon;
    private final Streams streams;
    private final Texts texts;

    public Debugging(Daemon daemon, Streams streams, Texts texts) {
        this.daemon = daemon;
        this.streams = streams;
        this.texts = texts;
    }

    /**
     * Where a debugger attaches to.
     *
     * @param port the port of 127.0.0.1
     * @param language the language, as the daemon names it
     * @param localFolder the sources here
     * @param remoteFolder the sources in the container
     */
    public record Target(int port, String language, String localFolder, String remoteFolder) {}

    /**
     * Syncs, runs {@code command.debug} of the dev configuration where the debugger does not listen yet, and waits until
     * it does.
     *
     * @param console takes what the command writes
     * @param started told of the command, which is to be read, as soon as it runs; not called where it runs already
     */
    public Target prepare(SessionStatus status, Console console, Consumer<ConsoleStream> started)
            throws DaemonException, InterruptedException {
        SessionSelector selector = new SessionSelector().withSession(status.session());
        DebugDescription known = daemon.client().call(methods -> methods.debugDescribe(selector));
        int port = port(status, known);
        daemon.client().awaitSynced(status.session());
        if (known.command() != null || !listens(known, port)) {
            started.accept(streams.run(status, NamedCommand.DEBUG, console));
        }
        ForwardWaitParams params = new ForwardWaitParams(port)
                .withSession(status.session())
                .withTimeoutMs(LISTEN_LIMIT.toMillis());
        var connection = daemon.client().connection();
        connection.await(connection.daemon().forwardWait(params), LISTEN_LIMIT.plusSeconds(10));
        int local = daemon.client().forward(status.session(), port);
        return new Target(local, known.language(), known.localFolder(), known.remoteFolder());
    }

    private int port(SessionStatus status, DebugDescription known) throws DaemonException {
        String workload = Words.workload(status.workload());
        if (known.language() == null) {
            String hint = texts.t("set debug.language in .nocalhost/config.yaml: node, python, go or java");
            throw refused(texts.t("the language of {0} is not known", workload), hint);
        }
        if (known.port() == null) {
            String hint = texts.t("set debug.remoteDebugPort in .nocalhost/config.yaml");
            throw refused(texts.t("the port of the debugger in {0} is not known", workload), hint);
        }
        return known.port();
    }

    /** Whether the IDE's own remote debugger is that of the language. */
    public static boolean isJava(Target target) {
        return JAVA.equals(target.language());
    }

    private static boolean listens(DebugDescription known, int port) {
        return known.debuggers().stream().map(Debugger::port).anyMatch(listens -> listens != null && listens == port);
    }

    private static DaemonException refused(String message, String hint) {
        return new DaemonException(new ErrorInfo(ErrorKind.INVALID_REQUEST, message, Map.of(), null, null, hint, null));
    }
}
