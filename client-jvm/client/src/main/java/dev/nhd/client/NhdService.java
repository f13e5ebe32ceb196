package dev.nhd.client;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Stays connected for as long as the plugin lives: a lost connection is opened again, and events go on without a gap. */
// doc:begin service
public final class NhdService implements AutoCloseable {
    private static final long RETRY_MILLIS = 1000;

    private final Callable<Transport> transports;
    private final EventFollower follower;
    private final ScheduledExecutorService reconnecting = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "nhd reconnecting");
        thread.setDaemon(true);
        return thread;
    });
    private Nhd current;
    private boolean disposed;

    /** @param transports opens a way to the daemon, each time anew */
    public NhdService(Callable<Transport> transports, EventFollower follower) {
        this.transports = transports;
        this.follower = follower;
    }

    /** The connection that there is, or a new one. Blocks while it is opened. */
    public synchronized Nhd nhd() throws IOException, DaemonException, InterruptedException {
        if (disposed) {
            throw new IOException("the plugin is being unloaded");
        }
        if (current == null || current.connection().closed().isDone()) {
            current = Nhd.connect(open(), follower);
            current.connection().closed().thenRun(() -> reconnectAfter(0));
        }
        return current;
    }

    private Transport open() throws IOException {
        try {
            return transports.call();
        } catch (IOException | RuntimeException error) {
            throw error;
        } catch (Exception error) {
            throw new IOException("failed to reach the daemon", error);
        }
    }

    private void reconnectAfter(long millis) {
        if (!reconnecting.isShutdown()) {
            reconnecting.schedule(this::reconnect, millis, TimeUnit.MILLISECONDS);
        }
    }

    private void reconnect() {
        try {
            nhd();
        } catch (IOException | DaemonException unreachable) {
            reconnectAfter(RETRY_MILLIS);
        } catch (InterruptedException disposed) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public synchronized void close() throws IOException {
        disposed = true;
        reconnecting.shutdownNow();
        if (current != null) {
            current.close();
        }
    }
}
// doc:end
