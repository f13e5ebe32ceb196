package dev.nhd.client;

import dev.nhd.client.protocol.WorkloadEvent;
import dev.nhd.client.protocol.WorkloadSubscribeParams;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Hands the workloads of a namespace, or of all, on as they change, off the thread that reads the connection. A
 * {@code snapshot} replaces all that the consumer knows, and comes first on each connection; a {@code changed} adds and
 * removes. The daemon watches for as long as somebody follows: a view that is hidden should end its own.
 */
public final class WorkloadFollower {
    private final WorkloadSubscribeParams params;
    private final Executor executor;
    private final Consumer<WorkloadEvent> consumer;
    private final Consumer<DaemonException> refused;

    /**
     * A follower that has seen nothing.
     *
     * @param params what to follow
     * @param executor runs one task after the other, each soon: the thread that draws, or one of the plugin's own
     * @param consumer takes each event, on the executor
     * @param refused told, on the executor, where the daemon does not go on after a connection was lost, as when the
     *     context is not there any more; nothing comes after that
     */
    public WorkloadFollower(
            WorkloadSubscribeParams params,
            Executor executor,
            Consumer<WorkloadEvent> consumer,
            Consumer<DaemonException> refused) {
        this.params = params;
        this.executor = executor;
        this.consumer = consumer;
        this.refused = refused;
    }

    WorkloadSubscribeParams params() {
        return params;
    }

    void event(WorkloadEvent event) {
        executor.execute(() -> consumer.accept(event));
    }

    void refused(DaemonException why) {
        executor.execute(() -> refused.accept(why));
    }
}
