package dev.nhd.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nhd.client.protocol.ConfigEntry;
import dev.nhd.client.protocol.ErrorKind;
import dev.nhd.client.protocol.SessionSelector;
import dev.nhd.client.protocol.SessionStatus;
import dev.nhd.client.protocol.StartParams;
import dev.nhd.client.protocol.SyncState;
import dev.nhd.client.protocol.WorkloadKind;
import dev.nhd.client.protocol.WorkloadListParams;
import dev.nhd.client.protocol.WorkloadSummary;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What docs/jetbrains.md tells a plugin to do, done. */
class PluginTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final ExecutorService drawing = Executors.newSingleThreadExecutor();
    private final SessionTable table = new SessionTable();
    private Laptop laptop;
    private ReconnectingClient nhd;
    private String namespace;

    @BeforeEach
    void set() throws Exception {
        laptop = new Laptop();
        nhd = connecting(Laptop.cli(), laptop.environment(), drawing, table);
        namespace = Cluster.shared().deploy();
    }

    @AfterEach
    void close() throws Exception {
        nhd.close();
        drawing.shutdownNow();
        laptop.close();
        Cluster.shared().delete(namespace);
    }

    @Test
    void thePluginOfTheDocumentation() throws Exception {
        develop(nhd, laptop.start(namespace));
        Wait.until("the table is empty", LIMIT, () -> table.all().isEmpty());
        nhd.close();
        assertEquals(1, laptop.processes().size(), "only the daemon is left: " + laptop.processes());
    }

    @Test
    void aTreeOfWorkloadsSaysWhichIsInDevMode() throws Exception {
        StartParams params = deployment("web", namespace, "nhd-tests/dev:1", laptop.source())
                .withKubeconfig(Cluster.shared().kubeconfig().toString())
                .withEnvironment(laptop.environment());
        String session = nhd.client().start(params).session();
        nhd.client().awaitSynced(session);
        List<WorkloadSummary> workloads = workloads(nhd, namespace, params);
        assertEquals(List.of("web"), workloads.stream().map(it -> it.workload().name()).toList());
        assertEquals(session, workloads.get(0).devMode().session());
        assertTrue(workloads.get(0).devMode().here());

        SessionSelector selector = new SessionSelector().withSession(session);
        assertEquals(SyncState.PAUSED, nhd.client().call(daemon -> daemon.syncPause(selector)).sync().state());
        nhd.client().call(daemon -> daemon.syncResume(selector));
        nhd.client().end(session);
    }

    @Test
    void theConfigurationHasValuesOfEveryType() throws Exception {
        StartParams params = laptop.start(namespace).withPortForward(List.of("8080:80", ":81"));
        Map<String, ConfigEntry> entries = new HashMap<>();
        nhd.client().call(daemon -> daemon.configResolve(params)).entries().forEach(it -> entries.put(it.key(), it));
        assertEquals("nhd-tests/dev:1", entries.get("image").value().getAsString());
        assertEquals(2, entries.get("portForward").value().getAsJsonArray().size());
    }

    @Test
    void theDaemonIsStoppedByACall() throws Exception {
        Transport transport = overTheSocket(Laptop.cli(), laptop.environment());
        try (Client client = Client.connect(transport, Laptop.NAME, new EventFollower(drawing, table::apply))) {
            assertEquals(0, client.call(daemon -> daemon.daemonShutdown()).sessionsLeft());
            Wait.until("the connection is closed", LIMIT, () -> client.connection().closed().isDone());
        }
    }

    // doc:begin wiring
    static ReconnectingClient connecting(
            Path cli, Map<String, String> environment, ExecutorService drawing, SessionTable table) {
        EventFollower follower = new EventFollower(drawing, table::apply);
        return new ReconnectingClient(() -> new StdioTransport(cli, environment), "my-plugin 1.0.0", follower);
    }
    // doc:end

    // doc:begin socket
    static Transport overTheSocket(Path cli, Map<String, String> environment) throws Exception {
        return new SocketTransport(DaemonSocket.find(cli, environment));
    }
    // doc:end

    // doc:begin start
    static StartParams deployment(String name, String namespace, String image, Path source) {
        return new StartParams(WorkloadKind.DEPLOYMENT, name, source.toAbsolutePath().toString())
                .withNamespace(namespace)
                .withImage(image)
                .withEnvironment(System.getenv());
    }
    // doc:end

    // doc:begin workloads
    static List<WorkloadSummary> workloads(ReconnectingClient nhd, String namespace, StartParams like)
            throws Exception {
        WorkloadListParams params = new WorkloadListParams()
                .withNamespace(namespace)
                .withKubeconfig(like.kubeconfig())
                .withEnvironment(like.environment());
        return nhd.client().call(daemon -> daemon.workloadList(params)).workloads();
    }
    // doc:end

    // doc:begin develop
    static void develop(ReconnectingClient nhd, StartParams params) throws Exception {
        String session = nhd.client().start(params).session();
        try {
            SessionStatus status = nhd.client().awaitSynced(session);
            int port = nhd.client().forward(session, 5005);
            System.out.println(status.pod().name() + " has the files; its debugger is on 127.0.0.1:" + port);
        } catch (DaemonException failed) {
            switch (failed.kind()) {
                case ErrorKind.WORKLOAD_NOT_FOUND, ErrorKind.IMAGE_NOT_PULLABLE -> System.err.println(failed.hint());
                case ErrorKind.DAEMON_UNREACHABLE -> System.err.println("the session goes on when it is back");
                default -> System.err.println(failed.getMessage());
            }
        }
        nhd.client().end(session);
    }
    // doc:end
}
