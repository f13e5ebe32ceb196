package dev.nhd.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** What docs/jetbrains.md tells a plugin to do, done. */
class PluginTest {
    @Test
    void thePluginOfTheDocumentation() throws Exception {
        String namespace = Cluster.shared().deploy();
        ExecutorService drawing = Executors.newSingleThreadExecutor();
        try (Laptop laptop = new Laptop()) {
            SessionTable table = new SessionTable();
            try (NhdService service = service(Laptop.cli(), laptop.environment(), drawing, table)) {
                develop(service, laptop.start(namespace));
                Wait.until("the table is empty", Duration.ofSeconds(20), () -> table.all().isEmpty());
            }
            assertEquals(1, laptop.processes().size(), "only the daemon is left: " + laptop.processes());
        } finally {
            drawing.shutdownNow();
            Cluster.shared().delete(namespace);
        }
    }

    // doc:begin wiring
    static NhdService service(Path cli, Map<String, String> environment, ExecutorService drawing, SessionTable table) {
        EventFollower follower = new EventFollower(drawing, table::apply);
        return new NhdService(() -> new StdioTransport(cli, environment), follower);
    }
    // doc:end

    // doc:begin develop
    static void develop(NhdService service, StartParams params) throws Exception {
        String session = service.nhd().start(params).session();
        try {
            SessionStatus status = service.nhd().awaitSynced(session);
            System.out.println(status.pod().name() + " has the files; debug on it, then give it back");
        } catch (DaemonException failed) {
            switch (failed.kind()) {
                case "workloadNotFound", "imageNotPullable" -> System.err.println(failed.hint());
                case "daemonUnreachable" -> System.err.println("it goes on with the session when it is back");
                default -> System.err.println(failed.getMessage());
            }
        }
        service.nhd().end(session);
    }
    // doc:end
}
