package dev.nhd.client;

import dev.nhd.client.protocol.Cursor;
import dev.nhd.client.protocol.Event;
import dev.nhd.client.protocol.EventNotification;
import dev.nhd.client.protocol.EventsParams;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Hands events on in their order, off the thread that reads the connection, and remembers how far it has come: one
 * follower goes on over any number of connections, without a gap and without a double. For one connection at a time.
 */
public final class EventFollower implements DaemonEvents {
    private final Executor executor;
    private final Consumer<Event> consumer;
    private final boolean progress;
    private volatile Cursor last;

    /**
     * A follower that has seen nothing: it begins with a snapshot of all sessions.
     *
     * @param executor runs one task after the other, each soon: the thread that draws, or one of the plugin's own
     * @param consumer takes each event, on the executor
     */
    public EventFollower(Executor executor, Consumer<Event> consumer) {
        this(executor, consumer, false);
    }

    /**
     * The same, with a choice.
     *
     * @param executor runs one task after the other, each soon
     * @param consumer takes each event, on the executor
     * @param progress whether events of the type {@link Event#PROGRESS} come, too: at most four a second of a session,
     *     while its sync or its forwards move
     */
    public EventFollower(Executor executor, Consumer<Event> consumer, boolean progress) {
        this.executor = executor;
        this.consumer = consumer;
        this.progress = progress;
    }

    @Override
    public void event(EventNotification notification) {
        Event event = notification.result();
        last = new Cursor(event.epoch(), event.seq());
        executor.execute(() -> consumer.accept(event));
    }

    /**
     * What to subscribe with: a snapshot the first time, and what was missed each time after that.
     *
     * @return the params of the next subscription
     */
    public EventsParams next() {
        EventsParams params = new EventsParams().withSince(last);
        return progress ? params.withProgress(true) : params;
    }
}
