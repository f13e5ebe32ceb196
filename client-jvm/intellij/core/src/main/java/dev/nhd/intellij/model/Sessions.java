package dev.nhd.intellij.model;

import dev.nhd.client.protocol.Event;
import dev.nhd.client.protocol.Phase;
import dev.nhd.client.protocol.SessionStatus;
import dev.nhd.client.protocol.StepOutcome;
import dev.nhd.client.protocol.StreamState;
import dev.nhd.client.protocol.StreamStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** The sessions that there are. Any thread may read; listeners are called on the thread that tells of the change. */
public final class Sessions {
    /** How many sessions that failed are shown until the user dismisses them. */
    private static final int FAILURES_KEPT = 10;

    private final Map<String, SessionStatus> live = new LinkedHashMap<>();
    private final Map<String, SessionStatus> failed = new LinkedHashMap<>();
    private final Map<String, String> steps = new LinkedHashMap<>();
    /** Terminals and commands. */
    private final Map<String, StreamStatus> streams = new LinkedHashMap<>();
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();

    /** Listens to changes, with the id of the session that changed, or null where all of them may have. */
    public void onChange(Consumer<String> listener) {
        listeners.add(listener);
    }

    public void forget(Consumer<String> listener) {
        listeners.remove(listener);
    }

    /** Those in DevMode, in the order in which they were started. */
    public synchronized List<SessionStatus> live() {
        return live.values().stream().sorted(Comparator.comparing(SessionStatus::startedAt)).toList();
    }

    /** The same, and after them those that failed. */
    public synchronized List<SessionStatus> all() {
        List<SessionStatus> all = new ArrayList<>(live());
        all.addAll(failed.values());
        return all;
    }

    public synchronized Optional<SessionStatus> get(String session) {
        return Optional.ofNullable(live.getOrDefault(session, failed.get(session)));
    }

    /** The terminals and commands of a session that have not been closed. */
    public synchronized List<StreamStatus> streams(String session) {
        return streams.values().stream().filter(stream -> session.equals(stream.session())).toList();
    }

    /** @return what a session is doing now, or null where it does nothing */
    public synchronized String step(String session) {
        String step = steps.get(session);
        return step != null ? step : get(session).map(SessionStatus::step).orElse(null);
    }

    /** Takes over what an event says. */
    public void take(Event event) {
        switch (event.type()) {
            case Event.SNAPSHOT -> tell(null, () -> replaceAll(event.sessions()));
            case Event.SESSION -> replace(event.status());
            case Event.STEP -> tell(event.session(), () -> step(event));
            case Event.PROGRESS -> tell(event.session(), () ->
                    live.computeIfPresent(event.session(), (session, status) -> Progressed.of(status, event)));
            case Event.STREAM -> tell(event.stream().session(), () -> put(event.stream()));
            default -> { }
        }
    }

    /** Takes over a status: also what a call answers with, which may come before its event. */
    public void replace(SessionStatus status) {
        tell(status.session(), () -> put(status));
    }

    /** Takes a failure out of the list. */
    public void dismiss(String session) {
        tell(session, () -> failed.remove(session));
    }

    private void tell(String session, Runnable change) {
        synchronized (this) {
            change.run();
        }
        listeners.forEach(listener -> listener.accept(session));
    }

    private void replaceAll(List<SessionStatus> sessions) {
        live.clear();
        steps.clear();
        streams.clear();
        sessions.forEach(this::put);
    }

    private void put(SessionStatus status) {
        String session = status.session();
        boolean hasFailed = status.phase().equals(Phase.FAILED);
        if (hasFailed || status.phase().equals(Phase.ENDED)) {
            live.remove(session);
            steps.remove(session);
            streams.values().removeIf(stream -> session.equals(stream.session()));
        } else {
            live.put(session, status);
            status.streams().forEach(this::put);
        }
        // A workload's earlier failure says nothing any more once there is another session of it.
        failed.values().removeIf(earlier -> !status.phase().equals(Phase.ENDED)
                && earlier.server().equals(status.server())
                && earlier.workload().equals(status.workload()));
        if (hasFailed) {
            failed.put(session, status);
            if (failed.size() > FAILURES_KEPT) {
                failed.remove(failed.keySet().iterator().next());
            }
        }
    }

    private void put(StreamStatus stream) {
        if (stream.state().equals(StreamState.ENDED)) {
            streams.remove(stream.stream());
        } else {
            streams.put(stream.stream(), stream);
        }
    }

    private void step(Event event) {
        if (StepOutcome.BEGAN.equals(event.outcome())) {
            steps.put(event.session(), event.step());
        } else {
            steps.remove(event.session());
        }
    }
}
