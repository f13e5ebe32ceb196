package dev.nhd.client;

import dev.nhd.client.protocol.Event;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Prints, as one line of JSON, how long the daemon takes as seen from the JVM. Run by {@code test.sh --bench}. */
@Tag("bench")
class BenchTest {
    private static final int ROUND_TRIPS = 2000;
    private static final int WARM_UP = 500;

    /** From the moment that the daemon wrote into the event; it counts milliseconds, so that one more or less is noise. */
    private final List<Double> events = Collections.synchronizedList(new ArrayList<>());

    @Test
    void measure() throws Exception {
        String namespace = Cluster.shared().deploy();
        EventFollower follower = new EventFollower(Runnable::run, this::arrived);
        try (Laptop laptop = new Laptop()) {
            laptop.startDaemon();
            try (Client client = Client.connect(new SocketTransport(laptop.socket()), Laptop.NAME, follower)) {
                String session = client.start(laptop.start(namespace)).session();
                client.awaitSynced(session);
                List<Double> socket = roundTrips(client, session);
                List<Double> stdio = overStdio(laptop, session);
                client.end(session);
                System.out.println(line(socket, stdio));
            }
        } finally {
            Cluster.shared().delete(namespace);
        }
    }

    private List<Double> overStdio(Laptop laptop, String session) throws Exception {
        EventFollower deaf = new EventFollower(Runnable::run, event -> { });
        try (Client client = Client.connect(Way.STDIO.open(laptop), Laptop.NAME, deaf)) {
            return roundTrips(client, session);
        }
    }

    private void arrived(Event event) {
        if (event.type().equals("session")) {
            events.add(Duration.between(Instant.parse(event.at()), Instant.now()).toNanos() / 1e6);
        }
    }

    private static List<Double> roundTrips(Client client, String session) throws Exception {
        List<Double> millis = new ArrayList<>();
        for (int i = 0; i < WARM_UP + ROUND_TRIPS; i++) {
            long begin = System.nanoTime();
            client.status(session);
            if (i >= WARM_UP) {
                millis.add((System.nanoTime() - begin) / 1e6);
            }
        }
        return millis;
    }

    private String line(List<Double> socket, List<Double> stdio) {
        return String.format(
                Locale.ROOT,
                "{\"roundTrips\":%d,\"socketMs\":%s,\"stdioMs\":%s,\"events\":%d,\"eventMs\":%s}",
                ROUND_TRIPS, percentiles(socket), percentiles(stdio), events.size(), percentiles(events));
    }

    private static String percentiles(List<Double> samples) {
        List<Double> sorted = samples.stream().sorted().toList();
        return String.format(
                Locale.ROOT, "{\"p50\":%.3f,\"p95\":%.3f}", percentile(sorted, 50), percentile(sorted, 95));
    }

    private static double percentile(List<Double> sorted, int percent) {
        return sorted.get((int) Math.ceil((sorted.size() - 1) * percent / 100.0));
    }
}
