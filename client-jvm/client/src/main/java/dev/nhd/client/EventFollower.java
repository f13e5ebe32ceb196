package dev.nhd.client;

import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Hands events on in their order, off the listener's thread, and remembers how far it has come. */
// doc:begin follower
public final class EventFollower implements NhdEvents {
    private final Executor executor;
    private final Consumer<Event> consumer;
    private volatile Cursor last;

    /** @param executor runs one task after the other: the thread that draws, or one of the plugin's own */
    public EventFollower(Executor executor, Consumer<Event> consumer) {
        this.executor = executor;
        this.consumer = consumer;
    }

    @Override
    public void event(EventNotification notification) {
        Event event = notification.result();
        last = new Cursor(event.epoch(), event.seq());
        executor.execute(() -> consumer.accept(event));
    }

    /** What to subscribe with: a snapshot the first time, and what was missed each time after that. */
    public EventsParams next() {
        return new EventsParams(last);
    }
}
// doc:end
