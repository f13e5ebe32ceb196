package dev.nhd.intellij.stream;

import dev.nhd.client.DaemonException;
import dev.nhd.client.protocol.ExecStartParams;
import dev.nhd.client.protocol.LogFollowParams;
import dev.nhd.client.protocol.SessionStatus;
import dev.nhd.client.protocol.StreamKind;
import dev.nhd.client.protocol.StreamListParams;
import dev.nhd.client.protocol.StreamParams;
import dev.nhd.client.protocol.StreamState;
import dev.nhd.client.protocol.StreamStatus;
import dev.nhd.client.protocol.StreamTicket;
import dev.nhd.client.protocol.TerminalOpenParams;
import dev.nhd.intellij.daemon.Daemon;
import dev.nhd.intellij.settings.Place;
import dev.nhd.intellij.tree.Subject;
import dev.nhd.intellij.words.Texts;
import dev.nhd.intellij.words.Words;

/** Opens terminals, commands and logs. Its methods block until the stream is there. */
public final class Streams {
    /** How many lines a log begins with. */
    private static final long TAIL = 1000;

    private final Daemon daemon;
    private final Texts texts;

    public Streams(Daemon daemon, Texts texts) {
        this.daemon = daemon;
        this.texts = texts;
    }

    /** A shell in the dev container. */
    public ConsoleStream terminal(SessionStatus status, Console console) throws DaemonException, InterruptedException {
        TerminalOpenParams params = new TerminalOpenParams().withSession(status.session());
        return open(daemon.client().call(methods -> methods.terminalOpen(params)), console);
    }

    /** A shell in a container of a workload that is not in DevMode here. */
    public ConsoleStream terminal(Subject.Workload workload, Console console)
            throws DaemonException, InterruptedException {
        Place place = workload.place();
        TerminalOpenParams params = new TerminalOpenParams()
                .withKind(workload.summary().workload().kind())
                .withName(workload.summary().workload().name())
                .withNamespace(place.namespace())
                .withContext(place.context())
                .withKubeconfig(place.kubeconfig())
                .withEnvironment(daemon.environmentFor(null));
        return open(daemon.client().call(methods -> methods.terminalOpen(params)), console);
    }

    /** The log of the dev container as it grows, over pods; or that of the container before its last restart. */
    public ConsoleStream log(SessionStatus status, boolean isPrevious, Console console)
            throws DaemonException, InterruptedException {
        return log(new LogFollowParams().withSession(status.session()), isPrevious, console);
    }

    /** The same of a workload. */
    public ConsoleStream log(Subject.Workload workload, boolean isPrevious, Console console)
            throws DaemonException, InterruptedException {
        Place place = workload.place();
        LogFollowParams params = new LogFollowParams()
                .withKind(workload.summary().workload().kind())
                .withName(workload.summary().workload().name())
                .withNamespace(place.namespace())
                .withContext(place.context())
                .withKubeconfig(place.kubeconfig())
                .withEnvironment(daemon.environmentFor(null));
        return log(params, isPrevious, console);
    }

    private ConsoleStream log(LogFollowParams params, boolean isPrevious, Console console)
            throws DaemonException, InterruptedException {
        LogFollowParams whole = isPrevious ? params.withTail(TAIL).withPrevious(true) : params.withTail(TAIL);
        return open(daemon.client().call(methods -> methods.logFollow(whole)), console);
    }

    /**
     * A command of the dev configuration, after everything saved is in the pod. One of its name runs at a time, as a
     * start again is meant as one.
     *
     * @param command one of {@link dev.nhd.client.protocol.NamedCommand}
     */
    public ConsoleStream run(SessionStatus status, String command, Console console)
            throws DaemonException, InterruptedException {
        StreamListParams ofSession = new StreamListParams().withSession(status.session());
        for (StreamStatus stream : daemon.client().call(methods -> methods.execList(ofSession)).streams()) {
            boolean isSame = stream.named() != null && Words.command(stream.named()).equals(command);
            if (isSame && !stream.state().equals(StreamState.ENDED)) {
                StreamParams earlier = new StreamParams(stream.stream());
                daemon.client().call(methods -> methods.execClose(earlier));
            }
        }
        daemon.client().awaitSynced(status.session());
        ExecStartParams params = new ExecStartParams()
                .withSession(status.session())
                .withRun(command)
                .withStdin(true)
                .withDetached(true);
        return open(daemon.client().call(methods -> methods.execStart(params)), console);
    }

    /** One that the daemon has already, with what it wrote lately. */
    public ConsoleStream attach(StreamStatus stream, Console console) throws DaemonException, InterruptedException {
        StreamParams params = new StreamParams(stream.stream());
        boolean isTerminal = stream.kind().equals(StreamKind.TERMINAL);
        StreamTicket ticket = daemon.client().call(methods ->
                isTerminal ? methods.terminalAttach(params) : methods.execAttach(params));
        return open(ticket, console);
    }

    /** Ends it, whoever shows it. */
    public void end(StreamStatus stream) throws DaemonException, InterruptedException {
        StreamParams params = new StreamParams(stream.stream());
        boolean isTerminal = stream.kind().equals(StreamKind.TERMINAL);
        daemon.client().call(methods -> isTerminal ? methods.terminalClose(params) : methods.execClose(params));
    }

    private ConsoleStream open(StreamTicket ticket, Console console) throws DaemonException {
        return new ConsoleStream(daemon.stream(ticket), console, texts);
    }
}
