package dev.nhd.client;

import dev.nhd.client.protocol.DaemonMethods;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.lsp4j.jsonrpc.JsonRpcException;
import org.eclipse.lsp4j.jsonrpc.Launcher;
import org.eclipse.lsp4j.jsonrpc.ResponseErrorException;

/** One connection to the daemon: requests go out by {@link #daemon}, events come in on a thread of its own. */
public final class Connection implements AutoCloseable {
    private final Transport transport;
    private final DaemonMethods daemon;
    private final Notifications notifications;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    /**
     * Begins to read. Nothing is sent yet.
     *
     * @param transport the way to the daemon, which is the connection's from now on
     * @param events takes events, on the thread that reads
     * @throws IOException where the way is closed already
     */
    public Connection(Transport transport, DaemonEvents events) throws IOException {
        this.transport = transport;
        notifications = new Notifications(events);
        ExecutorService listener = Executors.newSingleThreadExecutor(Connection::listenerThread);
        Launcher<DaemonMethods> launcher = new Launcher.Builder<DaemonMethods>()
                .setLocalService(notifications)
                .setRemoteInterface(DaemonMethods.class)
                .setInput(transport.input())
                .setOutput(transport.output())
                .setExecutorService(listener)
                .create();
        daemon = launcher.getRemoteProxy();
        launcher.startListening();
        // The listener's one thread comes to this when there is nothing more to read.
        listener.execute(() -> closed.complete(null));
        listener.shutdown();
    }

    /** Begins a subscription whose events go to the follower. */
    CompletableFuture<String> follow(WorkloadFollower follower) {
        CompletableFuture<String> subscription = daemon.workloadSubscribe(follower.params());
        notifications.lead(subscription, follower);
        return subscription;
    }

    /** Ends a subscription to workloads. What of it is under way is dropped. */
    CompletableFuture<Boolean> unfollow(String subscription) {
        notifications.forget(subscription);
        return daemon.workloadUnsubscribe(subscription);
    }

    private static Thread listenerThread(Runnable task) {
        Thread thread = new Thread(task, "nhd listener");
        thread.setDaemon(true);
        return thread;
    }

    /**
     * The daemon's methods. A future of theirs is completed on the thread that reads, so what is appended to it must
     * not wait; and it is left open when the connection is lost, which {@link #await} and {@link #closed} tell of.
     *
     * @return the methods, for any thread
     */
    public DaemonMethods daemon() {
        return daemon;
    }

    /**
     * Completes when the connection is gone, whoever ended it: the moment to connect again.
     *
     * @return a future that is completed on the thread that reads
     */
    public CompletableFuture<Void> closed() {
        return closed.copy();
    }

    /**
     * Waits for an answer. Never on the thread that reads, nor on the one that draws.
     *
     * <p>lsp4j leaves requests open for ever when the connection is lost; this does not. Whoever gives up, by the
     * limit or because the thread is interrupted, cancels the request at the daemon, too.
     *
     * @param <T> what is answered
     * @param answer the future that a method of {@link #daemon} returned, and not one that was made from it
     * @param limit how long to wait
     * @return the answer
     * @throws DaemonException what the daemon answered; {@code daemonUnreachable} where the connection is lost,
     *     {@code timeout} after the limit, {@code cancelled} where the future was cancelled
     * @throws InterruptedException where this thread is interrupted
     */
    public <T> T await(CompletableFuture<T> answer, Duration limit) throws DaemonException, InterruptedException {
        try {
            CompletableFuture.anyOf(answer, closed).get(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (!answer.isDone()) {
                throw DaemonException.unreachable(transport.lastWords(), null);
            }
            return answer.get();
        } catch (ExecutionException failed) {
            throw understood(failed.getCause());
        } catch (TimeoutException late) {
            answer.cancel(true);
            throw DaemonException.timeout("the daemon did not answer within " + limit.toMillis() + " ms", late);
        } catch (InterruptedException interrupted) {
            answer.cancel(true);
            throw interrupted;
        }
    }

    private DaemonException understood(Throwable cause) {
        if (cause instanceof ResponseErrorException answer) {
            return DaemonException.of(answer);
        }
        if (cause instanceof CancellationException) {
            return DaemonException.cancelled(cause);
        }
        if (cause instanceof JsonRpcException) {
            return DaemonException.unreachable(transport.lastWords(), cause);
        }
        throw new IllegalStateException("lsp4j failed", cause);
    }

    /** Ends the connection, as its transport does. Sessions go on, and so does the daemon. */
    @Override
    public void close() throws IOException {
        transport.close();
    }
}
