package dev.nhd.client;

import dev.nhd.client.protocol.Event;
import dev.nhd.client.protocol.Phase;
import dev.nhd.client.protocol.SessionStatus;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The sessions as events tell them, for a view. Any thread may read it while another applies events. */
public final class SessionTable {
    private final Map<String, SessionStatus> sessions = new LinkedHashMap<>();

    /** A table without sessions, until a snapshot is applied. */
    public SessionTable() {}

    /**
     * Takes over what an event says of sessions: a snapshot replaces all, a {@code session} event one.
     *
     * @param event the next event, of any kind
     */
    public synchronized void apply(Event event) {
        switch (event.type()) {
            case Event.SNAPSHOT -> {
                sessions.clear();
                event.sessions().forEach(this::put);
            }
            case Event.SESSION -> put(event.status());
            default -> { }
        }
    }

    private void put(SessionStatus status) {
        boolean gone = List.of(Phase.ENDED, Phase.FAILED).contains(status.phase());
        if (gone) {
            sessions.remove(status.session());
        } else {
            sessions.put(status.session(), status);
        }
    }

    /**
     * The sessions that there are.
     *
     * @return a copy, the oldest session first
     */
    public synchronized Collection<SessionStatus> all() {
        return List.copyOf(sessions.values());
    }
}
