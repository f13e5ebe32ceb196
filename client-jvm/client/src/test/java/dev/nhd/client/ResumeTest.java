package dev.nhd.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Events go on without a gap or a double, whatever became of the connection. */
class ResumeTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Cluster cluster = Cluster.shared();

    @Test
    void eventsGoOnWhereAClosedConnectionWas() throws Exception {
        String namespace = cluster.deploy();
        try (Laptop laptop = new Laptop(); Journal journal = new Journal(); Journal other = new Journal()) {
            laptop.startDaemon();
            String session;
            try (Client client = Client.connect(new SocketTransport(laptop.socket()), Laptop.NAME, journal.follower())) {
                session = client.start(laptop.start(namespace)).session();
            }
            try (Client client = Client.connect(new SocketTransport(laptop.socket()), Laptop.NAME, other.follower())) {
                client.awaitSynced(session);
            }
            try (Client client = Client.connect(new SocketTransport(laptop.socket()), Laptop.NAME, journal.follower())) {
                client.end(session);
                Wait.until("the last event", LIMIT, () -> journal.reached(session, "ended"));
            }
            journal.assertWhole();
            assertEquals(List.of("starting", "ready", "synced", "ending", "ended"), journal.phases(session));
        } finally {
            cluster.delete(namespace);
        }
    }

    @Test
    void aServiceComesBackWhenItsDaemonIsKilled() throws Exception {
        String namespace = cluster.deploy();
        SessionTable table = new SessionTable();
        AtomicInteger opened = new AtomicInteger();
        try (Laptop laptop = new Laptop(); Journal journal = new Journal()) {
            laptop.startDaemon();
            ReconnectingClient reconnecting = new ReconnectingClient(
                    () -> {
                        opened.incrementAndGet();
                        return Way.STDIO.open(laptop);
                    },
                    Laptop.NAME,
                    journal.follower());
            try (reconnecting) {
                String session = reconnecting.client().start(laptop.start(namespace)).session();
                reconnecting.client().awaitSynced(session);
                laptop.killDaemon();
                // Its syncthing died with it, so that the next daemon has something to tell.
                Wait.until("it has connected again", LIMIT, () -> opened.get() > 1);
                reconnecting.client().end(session);
                Wait.until("the last event", LIMIT, () -> journal.reached(session, "ended"));
            }
            journal.events().forEach(table::apply);
            assertEquals(List.of(), List.copyOf(table.all()));
            journal.assertWhole();
        } finally {
            cluster.delete(namespace);
        }
    }
}
