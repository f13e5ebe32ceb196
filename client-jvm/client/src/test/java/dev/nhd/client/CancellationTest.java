package dev.nhd.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
            try (Nhd nhd = Nhd.connect(transport, journal.follower())) {
                String session = nhd.start(laptop.start(namespace)).session();
                nhd.awaitSynced(session);
                byFuture(nhd, session, transport);
                byLimit(nhd, session, transport);
                byInterrupt(nhd, session, transport);
                assertEquals("synced", nhd.status(session).phase());
                nhd.end(session);
            }
        } finally {
            cluster.delete(namespace);
        }
    }

    private void byFuture(Nhd nhd, String session, RecordingTransport transport) throws Exception {
        CompletableFuture<SessionStatus> wait = never(nhd, session);
        nhd.status(session);
        assertFalse(wait.isDone());
        CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS).execute(() -> wait.cancel(true));
        DaemonException error = assertThrows(DaemonException.class, () -> nhd.connection().await(wait, LIMIT));
        assertEquals("cancelled", error.kind());
        assertCancelled(1, transport);
    }

    private void byLimit(Nhd nhd, String session, RecordingTransport transport) throws Exception {
        DaemonException error = assertThrows(
                DaemonException.class,
                () -> nhd.connection().await(never(nhd, session), Duration.ofMillis(50)));
        assertEquals("timeout", error.kind());
        assertCancelled(2, transport);
    }

    private void byInterrupt(Nhd nhd, String session, RecordingTransport transport) throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        Thread background = new Thread(() -> {
            // A flag that is set before the request is sent is the worst case: a channel would close.
            Thread.currentThread().interrupt();
            CompletableFuture<SessionStatus> wait = never(nhd, session);
            assertThrows(InterruptedException.class, () -> nhd.connection().await(wait, LIMIT));
            interrupted.countDown();
        });
        background.start();
        assertTrue(interrupted.await(LIMIT.toSeconds(), TimeUnit.SECONDS));
        assertCancelled(3, transport);
    }

    /** Its session goes on, so its end does not come. */
    private CompletableFuture<SessionStatus> never(Nhd nhd, String session) {
        return nhd.connection().daemon().waitUntil(new WaitParams(session, "ended", null));
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
