package dev.nhd.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.nhd.client.protocol.ErrorKind;
import dev.nhd.client.protocol.WorkloadEvent;
import dev.nhd.client.protocol.WorkloadSubscribeParams;
import dev.nhd.client.protocol.WorkloadSummary;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** Workloads as they change, over connections and daemons. */
class WorkloadsTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Cluster cluster = Cluster.shared();

    @Test
    void workloadsGoOnOverADaemonThatIsKilled() throws Exception {
        String namespace = cluster.deploy();
        ExecutorService thread = Executors.newSingleThreadExecutor();
        List<WorkloadEvent> events = new CopyOnWriteArrayList<>();
        try (Laptop laptop = new Laptop(); Journal journal = new Journal()) {
            laptop.startDaemon();
            WorkloadFollower follower =
                    new WorkloadFollower(params(laptop, namespace), thread, events::add, DaemonException::printStackTrace);
            try (ReconnectingClient client =
                    new ReconnectingClient(() -> Way.STDIO.open(laptop), Laptop.NAME, journal.follower())) {
                client.follow(follower);
                Wait.until("a snapshot", LIMIT, () -> snapshots(events) == 1);
                List<String> names = events.get(0).workloads().stream().map(it -> it.workload().name()).toList();
                assertEquals(List.of("web"), names);
                String session = client.client().start(laptop.start(namespace)).session();
                Wait.until("it is in DevMode", LIMIT, () -> last(events) != null && last(events).devMode() != null);
                laptop.killDaemon();
                Wait.until("another snapshot", LIMIT, () -> snapshots(events) == 2);
                client.client().end(session);
                Wait.until("it is free", LIMIT, () -> last(events) != null && last(events).devMode() == null);
                client.unfollow(follower);
            }
        } finally {
            thread.shutdownNow();
            cluster.delete(namespace);
        }
    }

    @Test
    void whatIsRefusedIsThrown() throws Exception {
        try (Laptop laptop = new Laptop(); Journal journal = new Journal()) {
            laptop.startDaemon();
            WorkloadSubscribeParams nowhere = params(laptop, "default").withContext("nowhere");
            WorkloadFollower follower = new WorkloadFollower(nowhere, Runnable::run, event -> { }, refused -> { });
            try (Client client = Client.connect(new SocketTransport(laptop.socket()), Laptop.NAME, journal.follower())) {
                DaemonException refused = assertThrows(DaemonException.class, () -> client.follow(follower));
                assertEquals(ErrorKind.CONTEXT_NOT_FOUND, refused.kind());
            }
        }
    }

    private static WorkloadSubscribeParams params(Laptop laptop, String namespace) {
        WorkloadSubscribeParams params = new WorkloadSubscribeParams().withNamespace(namespace);
        return params.withKubeconfig(laptop.start(namespace).kubeconfig());
    }

    private static long snapshots(List<WorkloadEvent> events) {
        return events.stream().filter(event -> event.type().equals(WorkloadEvent.SNAPSHOT)).count();
    }

    /** What was told last of the workload. */
    private static WorkloadSummary last(List<WorkloadEvent> events) {
        WorkloadSummary last = null;
        for (WorkloadEvent event : events) {
            List<WorkloadSummary> told =
                    event.type().equals(WorkloadEvent.SNAPSHOT) ? event.workloads() : event.upserted();
            for (WorkloadSummary summary : told == null ? List.<WorkloadSummary>of() : told) {
                last = summary;
            }
        }
        return last;
    }
}
