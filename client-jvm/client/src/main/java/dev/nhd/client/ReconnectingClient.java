package dev.nhd.client;

import dev.nhd.client.protocol.HelloResult;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Stays connected for as long as a plugin lives: a lost connection is opened again, every second until it is there, and
 * events go on without a gap. Nothing is connected before the first call of {@link #client}. For any number of threads.
 */
public final class ReconnectingClient implements AutoCloseable {
    private static final long RETRY_MILLIS = 1000;

    private final Callable<Transport> transports;
    private final String name;
    private final EventFollower follower;
    private final Consumer<Optional<HelloResult>> connected;
    private final ScheduledExecutorService reconnecting = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "nhd reconnecting");
        thread.setDaemon(true);
        return thread;
    });
    private final Map<WorkloadFollower, String> followers = new LinkedHashMap<>();
    private Client current;
    private boolean disposed;

    /**
     * Connects to nothing yet.
     *
     * @param transports opens a way to the daemon, each time anew
     * @param name who calls, for the daemon's log: {@code my-plugin 1.0.0}
     * @param follower takes events
     */
    public ReconnectingClient(Callable<Transport> transports, String name, EventFollower follower) {
        this(transports, name, follower, hello -> { });
    }

    /**
     * The same, with somebody to tell of connections.
     *
     * @param transports opens a way to the daemon, each time anew
     * @param name who calls, for the daemon's log: {@code my-plugin 1.0.0}
     * @param follower takes events
     * @param connected told of each connection that is made, with what the daemon says of itself, and by an empty one of
     *     each that is lost; on the thread that finds out, and so it must not wait
     */
    public ReconnectingClient(
            Callable<Transport> transports, String name, EventFollower follower, Consumer<Optional<HelloResult>> connected) {
        this.transports = transports;
        this.name = name;
        this.follower = follower;
        this.connected = connected;
    }

    /**
     * The connection that there is, or a new one. Blocks while it is opened.
     *
     * @return a client to make calls with now and not to keep
     * @throws DaemonException as {@link Client#connect}
     * @throws IOException where there is no way to a daemon, or this is closed
     * @throws InterruptedException where this thread is interrupted
     */
    public synchronized Client client() throws IOException, DaemonException, InterruptedException {
        if (disposed) {
            throw new IOException("the client of the daemon is closed");
        }
        if (current == null || current.connection().closed().isDone()) {
            current = Client.connect(open(), name, follower);
            connected.accept(Optional.of(current.hello()));
            current.connection().closed().thenRun(this::lost);
            followAgain();
        }
        return current;
    }

    /** What does not go on is told of; where the connection is lost again, the next one tries. */
    private void followAgain() throws InterruptedException {
        for (WorkloadFollower follower : List.copyOf(followers.keySet())) {
            try {
                followers.put(follower, current.follow(follower));
            } catch (DaemonException refused) {
                if (current.connection().closed().isDone()) {
                    return;
                }
                followers.remove(follower);
                follower.refused(refused);
            }
        }
    }

    /**
     * Follows workloads from now on, over any number of connections: each begins with a snapshot. Blocks until it has
     * begun.
     *
     * @param follower takes the events
     * @throws DaemonException what the daemon refuses, or as {@link Client#connect}
     * @throws IOException where there is no way to a daemon, or this is closed
     * @throws InterruptedException where this thread is interrupted
     */
    public synchronized void follow(WorkloadFollower follower)
            throws IOException, DaemonException, InterruptedException {
        followers.put(follower, client().follow(follower));
    }

    /**
     * Follows no longer. Where nothing is connected there is nothing to end.
     *
     * @param follower what was given to {@link #follow}
     * @throws InterruptedException where this thread is interrupted
     */
    public synchronized void unfollow(WorkloadFollower follower) throws InterruptedException {
        String subscription = followers.remove(follower);
        if (subscription == null || current == null || current.connection().closed().isDone()) {
            return;
        }
        try {
            current.unfollow(subscription);
        } catch (DaemonException lost) {
            // The subscription went with its connection.
            return;
        }
    }

    private Transport open() throws IOException, DaemonException, InterruptedException {
        try {
            return transports.call();
        } catch (IOException | DaemonException | InterruptedException | RuntimeException error) {
            throw error;
        } catch (Exception error) {
            throw new IOException("failed to reach the daemon", error);
        }
    }

    private void lost() {
        connected.accept(Optional.empty());
        reconnectAfter(0);
    }

    private void reconnectAfter(long millis) {
        if (!reconnecting.isShutdown()) {
            reconnecting.schedule(this::reconnect, millis, TimeUnit.MILLISECONDS);
        }
    }

    private void reconnect() {
        try {
            client();
        } catch (IOException | DaemonException unreachable) {
            reconnectAfter(RETRY_MILLIS);
        } catch (InterruptedException disposed) {
            Thread.currentThread().interrupt();
        }
    }

    /** Closes the connection, and opens none again. Sessions go on, and so does the daemon. */
    @Override
    public synchronized void close() throws IOException {
        disposed = true;
        reconnecting.shutdownNow();
        if (current != null) {
            current.close();
        }
    }
}
