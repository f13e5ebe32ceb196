package dev.nhd.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nhd.client.protocol.DaemonMethods;
import dev.nhd.client.protocol.HelloResult;
import dev.nhd.client.protocol.PlanResult;
import dev.nhd.client.protocol.PlannedChange;
import dev.nhd.client.protocol.SessionForward;
import dev.nhd.client.protocol.SessionStatus;
import dev.nhd.client.protocol.WorkloadRef;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A session from hello to its end on the real node, over each of the two ways. */
class ConversationTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Cluster cluster = Cluster.shared();
    private final Journal journal = new Journal();
    private Laptop laptop;
    private String namespace;

    @BeforeEach
    void set() throws Exception {
        laptop = new Laptop();
        namespace = cluster.deploy();
    }

    @AfterEach
    void close() throws Exception {
        journal.close();
        laptop.close();
        cluster.delete(namespace);
    }

    @ParameterizedTest
    @EnumSource
    void aSessionFromHelloToItsEnd(Way way) throws Exception {
        assertEquals(List.of(), laptop.processes(), "something runs before");
        Deployment before = cluster.web(namespace);
        try (Client client = Client.connect(way.open(laptop), Laptop.NAME, journal.follower())) {
            HelloResult hello = client.hello();
            assertEquals(DaemonMethods.PROTOCOL_VERSION, hello.protocol());
            assertEquals(laptop.home().toString(), hello.home());
            planned(client.plan(laptop.start(namespace)));

            String session = client.start(laptop.start(namespace)).session();
            SessionStatus synced = client.awaitSynced(session);
            developing(client, synced);
            client.end(session);
            ended(client, session, before);
        }
    }

    private void planned(PlanResult plan) {
        assertEquals(new WorkloadRef("Deployment", "web", namespace), plan.workload());
        assertEquals("app", plan.container());
        assertEquals(List.of("Secret", "Deployment"), plan.changes().stream().map(PlannedChange::kind).toList());
        assertTrue(plan.changes().get(1).diff().contains("nocalhost-dev"), plan.changes().get(1).diff());
    }

    private void developing(Client client, SessionStatus synced) throws Exception {
        assertEquals("synced", synced.phase());
        assertEquals(List.of(synced.session()), client.list().stream().map(SessionStatus::session).toList());
        long files = synced.sync().totalFiles();
        arrives(client, synced, "second.txt", "saved from the JVM");

        SessionStatus status = client.status(synced.session());
        assertEquals("inSync", status.sync().state());
        assertEquals(0, status.sync().needFiles());
        assertEquals(files + 1, status.sync().totalFiles());
        assertTrue(status.pod().ready());
        forwarded(client, status);
        forwarding(client, status.session());
    }

    /** Asked for twice it is one forward, and ended it takes no more connections. */
    private void forwarding(Client client, String session) throws Exception {
        int port = client.forward(session, 8000);
        assertEquals(port, client.forward(session, 8000));
        new Socket(InetAddress.getLoopbackAddress(), port).close();
        assertEquals(List.of(port), client.endForward(session, 8000).stream().map(SessionForward::localPort).toList());
        assertThrows(ConnectException.class, () -> new Socket(InetAddress.getLoopbackAddress(), port).close());
    }

    private void arrives(Client client, SessionStatus session, String name, String text) throws Exception {
        laptop.save(name, text);
        client.awaitSynced(session.session());
        assertEquals(text, cluster.run(namespace, session.pod().name(), "cat", name));
    }

    /** The sidecar's syncthing is behind the forward, and counts who comes. */
    private void forwarded(Client client, SessionStatus status) throws Exception {
        long connections = status.forward().connections();
        assertTrue(status.forward().remotePort() > 0);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), status.forward().localPort())) {
            assertTrue(socket.isConnected());
            Wait.until("the connection is counted", LIMIT,
                    () -> client.status(status.session()).forward().connections() > connections);
        }
    }

    private void ended(Client client, String session, Deployment before) throws Exception {
        assertEquals(List.of(), client.list());
        Deployment after = cluster.web(namespace);
        assertEquals(before.getMetadata().getUid(), after.getMetadata().getUid());
        assertEquals(before.getSpec(), after.getSpec());

        Wait.until("the last event", LIMIT, () -> journal.reached(session, "ended"));
        journal.assertWhole();
        assertEquals(List.of("starting", "ready", "synced", "ending", "ended"), journal.phases(session));
        List<String> done = journal.steps(session, "done");
        assertTrue(done.indexOf("createRecord") < done.indexOf("enterDevMode"), done.toString());
        // No sync is awaited where it is complete as soon as the pod is ready.
        assertTrue(done.indexOf("enterDevMode") < done.indexOf("startSync"), done.toString());
        assertTrue(done.indexOf("startSync") < done.indexOf("restoreWorkload"), done.toString());
        journal.events().forEach(event -> assertNotNull(event.at()));
    }
}
