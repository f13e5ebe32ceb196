package dev.nhd.client;

import com.google.gson.Gson;
import dev.nhd.client.protocol.Event;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Another client of the daemon, in a process of its own that prints each event as a line of JSON. */
final class Watcher implements AutoCloseable {
    private final Process process;
    private final List<Event> events = Collections.synchronizedList(new ArrayList<>());
    private final List<Long> delaysMillis = Collections.synchronizedList(new ArrayList<>());

    Watcher(Map<String, String> environment, String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().clear();
        builder.environment().putAll(environment);
        process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        Thread reader = new Thread(() -> process.inputReader().lines().forEach(this::read));
        reader.setDaemon(true);
        reader.start();
    }

    private void read(String line) {
        Event event = new Gson().fromJson(line, Event.class);
        delaysMillis.add(Duration.between(Instant.parse(event.at()), Instant.now()).toMillis());
        events.add(event);
    }

    List<Event> events() {
        synchronized (events) {
            return List.copyOf(events);
        }
    }

    boolean reached(String session, String phase) {
        return events().stream().map(Event::status).filter(Objects::nonNull)
                .anyMatch(status -> status.session().equals(session) && status.phase().equals(phase));
    }

    /** How long events took from the daemon's clock to here, in the middle of all. The snapshot was made when it was asked for. */
    long medianDelayMillis() {
        synchronized (delaysMillis) {
            List<Long> sorted = delaysMillis.stream().skip(1).sorted().toList();
            return sorted.get(sorted.size() / 2);
        }
    }

    /** As {@code kill -9} does. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() throws Exception {
        kill();
    }
}
