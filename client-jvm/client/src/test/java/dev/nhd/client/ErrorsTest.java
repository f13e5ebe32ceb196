package dev.nhd.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever goes wrong, there is a kind to branch on and words for the user. */
class ErrorsTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Journal journal = new Journal();
    private Laptop laptop;
    private Nhd nhd;

    @BeforeEach
    void set() throws Exception {
        laptop = new Laptop();
        laptop.startDaemon();
        nhd = Nhd.connect(new SocketTransport(laptop.socket()), journal.follower());
    }

    @AfterEach
    void close() throws Exception {
        nhd.close();
        journal.close();
        laptop.close();
    }

    @Test
    void aPlanOfNoWorkloadSaysSo() throws Exception {
        DaemonException error = assertThrows(DaemonException.class, () -> nhd.plan(laptop.start("default")));
        assertEquals("workloadNotFound", error.kind());
        assertTrue(error.getMessage().contains("web"), error.getMessage());
        assertNotNull(error.hint());
    }

    @Test
    void aStartOfNoWorkloadFailsWhereItIsWaitedFor() throws Exception {
        String session = nhd.start(laptop.start("default")).session();
        DaemonException error = assertThrows(DaemonException.class, () -> nhd.awaitSynced(session));
        assertEquals("workloadNotFound", error.kind());
        assertEquals(session, error.session());
        assertNotNull(error.hint());
        Wait.until("the event", LIMIT, () -> journal.reached(session, "failed"));
    }

    @Test
    void aStartWithoutItsSourceIsRefusedAtOnce() {
        StartParams params = laptop.start("default");
        params.source = laptop.home().resolve("misspelled").toString();
        DaemonException error = assertThrows(DaemonException.class, () -> nhd.start(params));
        assertEquals("sourceMissing", error.kind());
    }

    @Test
    void anotherProtocolIsRefusedWithWhatToUpdate() {
        Connection connection = nhd.connection();
        HelloParams params = new HelloParams("from the future 1", NhdDaemon.PROTOCOL + 1);
        DaemonException error = assertThrows(
                DaemonException.class, () -> connection.await(connection.daemon().hello(params), LIMIT));
        assertEquals("protocolMismatch", error.kind());
        assertNotNull(error.hint());
    }

    @Test
    void aDaemonThatDiesFailsWhatWasWaitedFor() throws Exception {
        WaitParams params = new WaitParams(nhd.start(laptop.start("default")).session(), "ended", null);
        Connection connection = nhd.connection();
        var answer = connection.daemon().waitUntil(params);
        laptop.killDaemon();
        // The answer of a session that has failed may have come before.
        if (!answer.isDone()) {
            DaemonException error =
                    assertThrows(DaemonException.class, () -> connection.await(answer, LIMIT));
            assertEquals("daemonUnreachable", error.kind());
        }
        assertEquals("daemonUnreachable", assertThrows(DaemonException.class, nhd::list).kind());
    }

    @Test
    void whatNhdCliSaysWhenItCannotStartTheDaemonIsTheMessage() throws Exception {
        Map<String, String> environment = laptop.environment();
        environment.put("NHD_HOME", "not/absolute");
        DaemonException error = assertThrows(
                DaemonException.class,
                () -> Nhd.connect(new StdioTransport(Laptop.cli(), environment), journal.follower()));
        assertEquals("daemonUnreachable", error.kind());
        assertTrue(error.getMessage().contains("NHD_HOME"), error.getMessage());
    }
}
