package dev.nhd.intellij.daemon;

import dev.nhd.client.Client;
import dev.nhd.client.DaemonException;
import dev.nhd.client.DaemonSocket;
import dev.nhd.client.EventFollower;
import dev.nhd.client.ReconnectingClient;
import dev.nhd.client.SocketTransport;
import dev.nhd.client.StreamConnection;
import dev.nhd.client.WorkloadFollower;
import dev.nhd.client.protocol.ErrorInfo;
import dev.nhd.client.protocol.ErrorKind;
import dev.nhd.client.protocol.Event;
import dev.nhd.client.protocol.HelloResult;
import dev.nhd.client.protocol.StreamTicket;
import dev.nhd.intellij.words.Texts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The user's daemon: connected to when something is to be shown or done, started only when something is to be done. Its
 * methods block, and so belong on no thread that draws; listeners are called on the executor.
 */
public final class Daemon implements AutoCloseable {
    /** Longer than a daemon takes to leave its sessions in order. */
    private static final long STOP_SECONDS = 20;

    private final Supplier<Optional<Programs>> programs;
    private final Map<String, String> environment;
    private final String name;
    private final Executor executor;
    private final Texts texts;
    private final List<Consumer<Event>> events = new CopyOnWriteArrayList<>();
    private final List<Runnable> states = new CopyOnWriteArrayList<>();
    private final ReconnectingClient client;
    private volatile Path socket;
    private volatile HelloResult hello;
    private volatile DaemonState state = DaemonState.IDLE;
    private volatile DaemonException error;

    /**
     * Connects to nothing yet.
     *
     * @param programs those that there are now
     * @param environment the user's whole environment
     * @param name who calls, for the daemon's log
     * @param executor runs one task after the other, each soon: the thread that draws
     */
    public Daemon(
            Supplier<Optional<Programs>> programs,
            Map<String, String> environment,
            String name,
            Executor executor,
            Texts texts) {
        this.programs = programs;
        this.environment = Map.copyOf(environment);
        this.name = name;
        this.executor = executor;
        this.texts = texts;
        EventFollower follower = new EventFollower(executor, this::happened, true);
        client = new ReconnectingClient(() -> new SocketTransport(socket), name, follower, this::connection);
    }

    public DaemonState state() {
        return state;
    }

    /** @return why it is missing, mismatched or failed, else null */
    public DaemonException error() {
        return error;
    }

    /** @return what the daemon said of itself last, or null */
    public HelloResult hello() {
        return hello;
    }

    /** Whether the daemon that is connected has a method: within a version of the protocol, methods are only added. */
    public boolean has(String method) {
        HelloResult said = hello;
        return said != null && said.features().contains(method);
    }

    public Optional<Programs> programs() {
        return programs.get();
    }

    /** What a request takes along; the source may be null. */
    public Map<String, String> environmentFor(Path source) {
        return Environment.of(environment, source, programs().map(Programs::syncthing).orElse(null));
    }

    /** Listens to everything that happens, in order; a snapshot comes first. */
    public void onEvent(Consumer<Event> listener) {
        events.add(listener);
    }

    /** Listens to changes of {@link #state}. */
    public void onState(Runnable listener) {
        states.add(listener);
    }

    /** Ends what {@link #onState} began. */
    public void forget(Runnable listener) {
        states.remove(listener);
    }

    /** Follows a daemon that runs, and starts none. Whether there is one is then the state. */
    public synchronized void attach() throws InterruptedException {
        if (state == DaemonState.CONNECTED) {
            return;
        }
        try {
            open(false);
        } catch (DaemonException | IOException told) {
            // The state says so.
            return;
        }
    }

    /** A client of the daemon, which is started if none runs. */
    public synchronized Client client() throws DaemonException, InterruptedException {
        try {
            return state == DaemonState.CONNECTED ? client.client() : open(true);
        } catch (IOException failed) {
            throw failure(failed);
        }
    }

    /** The connection of a terminal, a command or a log. */
    public StreamConnection stream(StreamTicket ticket) throws DaemonException {
        try {
            return new StreamConnection(socket, ticket);
        } catch (IOException failed) {
            throw failure(failed);
        }
    }

    /** Follows workloads from now on, over any number of connections. */
    public void follow(WorkloadFollower follower) throws DaemonException, InterruptedException {
        client();
        try {
            client.follow(follower);
        } catch (IOException failed) {
            throw failure(failed);
        }
    }

    public void unfollow(WorkloadFollower follower) throws InterruptedException {
        client.unfollow(follower);
    }

    /** Stops the daemon that runs, whose sessions stay, and starts one with the programs that are found now. */
    public synchronized void restart() throws DaemonException, InterruptedException {
        // By the command: stopping is the same in all versions of the protocol.
        Path cli = programs().map(Programs::cli).orElseThrow(this::missing);
        try {
            ProcessBuilder builder = new ProcessBuilder(cli.toString(), "daemon", "stop");
            builder.environment().clear();
            builder.environment().putAll(whole());
            builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD);
            Process stopping = builder.start();
            if (!stopping.waitFor(STOP_SECONDS, TimeUnit.SECONDS) || stopping.exitValue() != 0) {
                stopping.destroy();
                String why = texts.t("the nhd that runs could not be stopped by {0}: {1}", cli, "daemon stop");
                throw failure(ErrorKind.DAEMON_UNREACHABLE, why, texts.t("end its process, then try again"));
            }
            open(true);
        } catch (IOException failed) {
            throw failure(failed);
        }
    }

    private Client open(boolean start) throws DaemonException, IOException, InterruptedException {
        become(DaemonState.CONNECTING, null);
        try {
            Path cli = programs().map(Programs::cli).orElseThrow(this::missing);
            socket = start ? DaemonSocket.find(cli, whole()) : DaemonSocket.running(cli, whole());
            Client made = client.client();
            become(DaemonState.CONNECTED, null);
            return made;
        } catch (DaemonException told) {
            become(stateOf(told, start), told);
            throw told;
        } catch (IOException failed) {
            become(DaemonState.FAILED, failure(failed));
            throw failed;
        }
    }

    private DaemonState stateOf(DaemonException told, boolean start) {
        if (programs().isEmpty()) {
            return DaemonState.MISSING;
        }
        return switch (told.kind()) {
            case ErrorKind.PROTOCOL_MISMATCH -> DaemonState.MISMATCH;
            case ErrorKind.DAEMON_UNREACHABLE -> start ? DaemonState.FAILED : DaemonState.AWAY;
            default -> DaemonState.FAILED;
        };
    }

    /** The environment of the programs; a daemon that they start has it, too. */
    private Map<String, String> whole() {
        Map<String, String> whole = new HashMap<>(environment);
        programs().map(Programs::syncthing).ifPresent(syncthing -> whole.put("NHD_SYNCTHING", syncthing));
        return whole;
    }

    /** Connections are made again by themselves: only what is lost and found is told here. */
    private void connection(Optional<HelloResult> said) {
        said.ifPresent(known -> hello = known);
        become(said.isPresent() ? DaemonState.CONNECTED : DaemonState.AWAY, null);
    }

    private void happened(Event event) {
        events.forEach(listener -> listener.accept(event));
    }

    private void become(DaemonState next, DaemonException why) {
        error = why;
        if (state != next) {
            state = next;
            executor.execute(() -> states.forEach(Runnable::run));
        }
    }

    private DaemonException missing() {
        String hint = texts.t("install it and put it on the PATH, or name its folder in the settings of nhd");
        return failure(ErrorKind.DAEMON_UNREACHABLE, texts.t("there is no nhd on this machine"), hint);
    }

    private static DaemonException failure(IOException failed) {
        return failure(ErrorKind.DAEMON_UNREACHABLE, String.valueOf(failed.getMessage()), null);
    }

    private static DaemonException failure(String kind, String message, String hint) {
        return new DaemonException(new ErrorInfo(kind, message, Map.of(), null, null, hint, null));
    }

    /** Closes the connection. Sessions go on, and so does the daemon. */
    @Override
    public void close() throws IOException {
        client.close();
    }
}
