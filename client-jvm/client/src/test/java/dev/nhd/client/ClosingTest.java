package dev.nhd.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A client that goes leaves the daemon as it found it. */
class ClosingTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @ParameterizedTest
    @EnumSource
    void aClosedConnectionLeavesNothing(Way way) throws Exception {
        try (Laptop laptop = new Laptop(); Journal journal = new Journal()) {
            laptop.startDaemon();
            Client client = Client.connect(way.open(laptop), Laptop.NAME, journal.follower());
            assertTrue(connections(laptop) > 0);
            client.close();
            Wait.until("the listener has ended", LIMIT, () -> client.connection().closed().isDone());
            Wait.until("the daemon has closed the socket", LIMIT, () -> connections(laptop) == 0);
            assertEquals(1, laptop.processes().size(), "left beside the daemon: " + laptop.processes());
        }
    }

    @Test
    void aSubscriptionEndsOnce() throws Exception {
        try (Laptop laptop = new Laptop(); Journal journal = new Journal()) {
            laptop.startDaemon();
            try (Client client = Client.connect(new SocketTransport(laptop.socket()), Laptop.NAME, journal.follower())) {
                String second = client.subscribe(new EventFollower(Runnable::run, event -> {}));
                Boolean first = client.call(daemon -> daemon.eventsUnsubscribe(second));
                Boolean again = client.call(daemon -> daemon.eventsUnsubscribe(second));
                assertTrue(first);
                assertFalse(again);
            }
        }
    }

    /** The connections that the daemon has open. The kernel lists them under the path of its socket; 03 is connected. */
    private static long connections(Laptop laptop) throws IOException {
        try (Stream<String> sockets = Files.lines(Path.of("/proc/net/unix"))) {
            return sockets.map(line -> line.split("\\s+"))
                    .filter(words -> words[words.length - 1].equals(laptop.socket().toString()))
                    .filter(words -> words[5].equals("03")).count();
        }
    }
}
