package dev.nhd.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nhd.client.protocol.DaemonMethods;
import dev.nhd.client.protocol.HelloParams;
import dev.nhd.client.protocol.StartParams;
import dev.nhd.client.protocol.WaitParams;
import dev.nhd.client.protocol.WaitUntil;
import dev.nhd.client.protocol.WorkloadKind;
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
    private Client client;

    @BeforeEach
    void set() throws Exception {
        laptop = new Laptop();
        laptop.startDaemon();
        client = Client.connect(new SocketTransport(laptop.socket()), Laptop.NAME, journal.follower());
    }

    @AfterEach
    void close() throws Exception {
        client.close();
        journal.close();
        laptop.close();
    }

    @Test
    void aPlanOfNoWorkloadSaysSo() throws Exception {
        DaemonException error = assertThrows(DaemonException.class, () -> client.plan(laptop.start("default")));
        assertEquals("workloadNotFound", error.kind());
        assertTrue(error.getMessage().contains("web"), error.getMessage());
        assertNotNull(error.hint());
        assertEquals("workloadNotFound", error.code());
        assertEquals("deployment/web in namespace default", error.arguments().get("workload"));
        assertNull(error.data(), "there is nothing to act on");
    }

    @Test
    void aStartOfNoWorkloadFailsWhereItIsWaitedFor() throws Exception {
        String session = client.start(laptop.start("default")).session();
        DaemonException error = assertThrows(DaemonException.class, () -> client.awaitSynced(session));
        assertEquals("workloadNotFound", error.kind());
        assertEquals(session, error.session());
        assertNotNull(error.hint());
        Wait.until("the event", LIMIT, () -> journal.reached(session, "failed"));
    }

    @Test
    void aStartWithoutItsSourceIsRefusedAtOnce() {
        String misspelled = laptop.home().resolve("misspelled").toString();
        StartParams params = new StartParams(WorkloadKind.DEPLOYMENT, "web", misspelled).withImage("nhd-tests/dev:1");
        DaemonException error = assertThrows(DaemonException.class, () -> client.start(params));
        assertEquals("sourceMissing", error.kind());
    }

    @Test
    void anotherProtocolIsRefusedWithWhatToUpdate() {
        Connection connection = client.connection();
        HelloParams params = new HelloParams("from the future 1", DaemonMethods.PROTOCOL_VERSION + 1);
        DaemonException error = assertThrows(
                DaemonException.class, () -> connection.await(connection.daemon().daemonHello(params), LIMIT));
        assertEquals("protocolMismatch", error.kind());
        assertNotNull(error.hint());
    }

    @Test
    void aDaemonThatDiesFailsWhatWasWaitedFor() throws Exception {
        WaitParams params = new WaitParams(client.start(laptop.start("default")).session(), WaitUntil.ENDED);
        Connection connection = client.connection();
        var answer = connection.daemon().sessionWait(params);
        laptop.killDaemon();
        // The answer of a session that has failed may have come before.
        if (!answer.isDone()) {
            DaemonException error =
                    assertThrows(DaemonException.class, () -> connection.await(answer, LIMIT));
            assertEquals("daemonUnreachable", error.kind());
        }
        assertEquals("daemonUnreachable", assertThrows(DaemonException.class, client::list).kind());
    }

    @Test
    void theSearchForTheSocketSaysWhyThereIsNoDaemon() {
        Map<String, String> environment = laptop.environment();
        environment.put("NHD_HOME", "not/absolute");
        DaemonException error =
                assertThrows(DaemonException.class, () -> DaemonSocket.find(Laptop.cli(), environment));
        assertEquals("daemonUnreachable", error.kind());
        assertTrue(error.getMessage().contains("NHD_HOME"), error.getMessage());
    }

    @Test
    void whatNhdCliSaysWhenItCannotStartTheDaemonIsTheMessage() throws Exception {
        Map<String, String> environment = laptop.environment();
        environment.put("NHD_HOME", "not/absolute");
        DaemonException error = assertThrows(
                DaemonException.class,
                () -> Client.connect(new StdioTransport(Laptop.cli(), environment), Laptop.NAME, journal.follower()));
        assertEquals("daemonUnreachable", error.kind());
        assertTrue(error.getMessage().contains("NHD_HOME"), error.getMessage());
    }
}
