package dev.nhd.client;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The sessions as events tell them, for a view. */
// doc:begin table
public final class SessionTable {
    private final Map<String, SessionStatus> sessions = new LinkedHashMap<>();

    public synchronized void apply(Event event) {
        switch (event.type()) {
            case "snapshot" -> {
                sessions.clear();
                event.sessions().forEach(this::put);
            }
            case "session" -> put(event.status());
            default -> { }
        }
    }

    private void put(SessionStatus status) {
        boolean gone = List.of("ended", "failed").contains(status.phase());
        if (gone) {
            sessions.remove(status.session());
        } else {
            sessions.put(status.session(), status);
        }
    }

    public synchronized Collection<SessionStatus> all() {
        return List.copyOf(sessions.values());
    }
}
// doc:end
