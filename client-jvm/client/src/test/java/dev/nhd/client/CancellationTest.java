package dev.nhd.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nhd.client.protocol.SessionStatus;
import dev.nhd.client.protocol.WaitParams;
import dev.nhd.client.protocol.WaitUntil;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who no longer waits says so to the daemon, and the connection is as good as before. */
class CancellationTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Cluster cluster = Cluster.shared();

    @ParameterizedTest
    @EnumSource
    void aWaitCanBeGivenUp(Way way) throws Exception {
        String namespace = cluster.deploy();
        try (Laptop laptop = new Laptop(); Journal journal = new Journal()) {
            RecordingTransport transport = new RecordingTransport(way.open(laptop));
            try (Client client = Client.connect(transport, Laptop.NAME, journal.follower())) {
                String session = client.start(laptop.start(namespace)).session();
                client.awaitSynced(session);
                byFuture(client, session, transport);
                byLimit(client, session, transport);
                byInterrupt(client, session, transport);
                assertEquals("synced", client.status(session).phase());
                client.end(session);
            }
        } finally {
            cluster.delete(namespace);
        }
    }

    private void byFuture(Client client, String session, RecordingTransport transport) throws Exception {
        CompletableFuture<SessionStatus> wait = never(client, session);
        client.status(session);
        assertFalse(wait.isDone());
        CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS).execute(() -> wait.cancel(true));
        DaemonException error = assertThrows(DaemonException.class, () -> client.connection().await(wait, LIMIT));
        assertEquals("cancelled", error.kind());
        assertCancelled(1, transport);
    }

    private void byLimit(Client client, String session, RecordingTransport transport) throws Exception {
        DaemonException error = assertThrows(
                DaemonException.class,
                () -> client.connection().await(never(client, session), Duration.ofMillis(50)));
        assertEquals("timeout", error.kind());
        assertCancelled(2, transport);
    }

    private void byInterrupt(Client client, String session, RecordingTransport transport) throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        Thread background = new Thread(() -> {
            // A flag that is set before the request is sent is the worst case: a channel would close.
            Thread.currentThread().interrupt();
            CompletableFuture<SessionStatus> wait = never(client, session);
            assertThrows(InterruptedException.class, () -> client.connection().await(wait, LIMIT));
            interrupted.countDown();
        });
        background.start();
        assertTrue(interrupted.await(LIMIT.toSeconds(), TimeUnit.SECONDS));
        assertCancelled(3, transport);
    }

    /** Its session goes on, so its end does not come. */
    private CompletableFuture<SessionStatus> never(Client client, String session) {
        return client.connection().daemon().sessionWait(new WaitParams(session, WaitUntil.ENDED));
    }

    private void assertCancelled(int times, RecordingTransport transport) throws Exception {
        assertEquals(times, count(transport.sent(), "$/cancelRequest"));
        Wait.until("the daemon answers that it is cancelled", LIMIT,
                () -> count(transport.received(), "-32800") == times);
    }

    private static int count(String text, String word) {
        return text.split(java.util.regex.Pattern.quote(word), -1).length - 1;
    }
}
