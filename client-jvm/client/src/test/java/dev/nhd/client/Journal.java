package dev.nhd.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.nhd.client.protocol.Event;
import dev.nhd.client.protocol.SessionStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The events that a client was handed, in the order in which it was. */
final class Journal implements AutoCloseable {
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final List<Event> events = new CopyOnWriteArrayList<>();
    private final EventFollower follower = new EventFollower(thread, events::add);

    EventFollower follower() {
        return follower;
    }

    List<Event> events() {
        return events;
    }

    /** The phases of a session, one after the other. */
    List<String> phases(String session) {
        List<String> phases = new ArrayList<>();
        events.stream().map(Event::status).filter(Objects::nonNull)
                .filter(status -> status.session().equals(session)).map(SessionStatus::phase)
                .filter(phase -> phases.isEmpty() || !phases.get(phases.size() - 1).equals(phase))
                .forEach(phases::add);
        return phases;
    }

    boolean reached(String session, String phase) {
        return phases(session).contains(phase);
    }

    /** The steps of a session that came out so. */
    List<String> steps(String session, String outcome) {
        return events.stream().filter(event -> event.type().equals("step") && event.session().equals(session))
                .filter(event -> event.outcome().equals(outcome)).map(Event::step).toList();
    }

    /** A snapshot first, and from then on every number of one log, once. */
    void assertWhole() {
        assertEquals("snapshot", events.get(0).type());
        for (int i = 1; i < events.size(); i++) {
            assertEquals(events.get(0).epoch(), events.get(i).epoch());
            assertEquals(events.get(i - 1).seq() + 1, events.get(i).seq(), "after " + events.get(i - 1));
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
