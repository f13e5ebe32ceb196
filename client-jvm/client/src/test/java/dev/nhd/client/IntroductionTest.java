package dev.nhd.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nhd.client.protocol.Event;
import dev.nhd.client.protocol.SessionStatus;
import dev.nhd.client.protocol.StartParams;
import dev.nhd.client.protocol.WorkloadKind;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What the README begins with, run. */
class IntroductionTest {
    @Test
    void theIntroductionDevelopsAndGivesBack() throws Exception {
        String namespace = Cluster.shared().deploy();
        List<Event> events = new CopyOnWriteArrayList<>();
        try (Laptop laptop = new Laptop()) {
            Map<String, String> environment = laptop.environment();
            environment.put("KUBECONFIG", Cluster.shared().kubeconfig().toString());
            String pod = develop(Laptop.cli(), environment, namespace, laptop.source(), events::add);
            assertTrue(pod.startsWith("web-"), pod);
            assertEquals(Event.SNAPSHOT, events.get(0).type());
        } finally {
            Cluster.shared().delete(namespace);
        }
    }

    // doc:begin introduction
    static String develop(
            Path cli, Map<String, String> environment, String namespace, Path source, Consumer<Event> view)
            throws Exception {
        ExecutorService drawing = Executors.newSingleThreadExecutor();
        EventFollower follower = new EventFollower(drawing, view);
        try (Client client = Client.connect(new StdioTransport(cli, environment), "my-tool 1.0.0", follower)) {
            StartParams params = new StartParams(WorkloadKind.DEPLOYMENT, "web", source.toString())
                    .withNamespace(namespace)
                    .withImage("nhd-tests/dev:1")
                    .withEnvironment(environment);
            String session = client.start(params).session();
            SessionStatus status = client.awaitSynced(session);
            System.out.println("everything saved is in " + status.pod().name());
            client.end(session);
            return status.pod().name();
        } catch (DaemonException failed) {
            System.err.println(failed.kind() + ": " + failed.getMessage() + "; " + failed.hint());
            throw failed;
        } finally {
            drawing.shutdown();
        }
    }
    // doc:end
}
