package dev.nhd.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nhd.client.protocol.Event;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The JVM, Node.js and nhd-cli on one daemon, beside one client that never reads and others that are killed. */
class SeveralClientsTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    /** The one of the TypeScript client, which is built before. */
    private static final String WATCH = Laptop.REPOSITORY.resolve("client-ts/build/watch.js").toString();

    private final Cluster cluster = Cluster.shared();

    @Test
    void eachSeesAllThatTheOthersDo() throws Exception {
        String namespace = cluster.deploy();
        try (Laptop laptop = new Laptop(); Journal jvm = new Journal()) {
            laptop.startDaemon();
            try (Client client = Client.connect(new SocketTransport(laptop.socket()), Laptop.NAME, jvm.follower());
                    Watcher node = new Watcher(laptop.environment(), "node", WATCH);
                    Watcher cli = new Watcher(
                            laptop.environment(), Laptop.cli().toString(), "events", "--follow", "--json");
                    SocketChannel deaf = deaf(laptop.socket())) {
                Wait.until("all have subscribed", LIMIT, () -> !node.events().isEmpty()
                        && !cli.events().isEmpty() && !jvm.events().isEmpty());
                String session = client.start(laptop.start(namespace)).session();
                client.awaitSynced(session);
                assertEquals(0, laptop.cli("forward", "start", ":8000", "deployment/web", "-n", namespace));
                assertEquals(0, laptop.cli("end", "deployment/web", "-n", namespace));
                Wait.until("all have heard of the end", LIMIT, () -> jvm.reached(session, "ended")
                        && node.reached(session, "ended") && cli.reached(session, "ended"));
                jvm.assertWhole();
                assertTrue(deaf.isConnected());
                for (Watcher other : List.of(node, cli)) {
                    assertEquals(numbersAfterSnapshot(jvm.events()), lastOf(other.events(), jvm.events()));
                }
                System.out.printf("events arrive after, ms (median): node %d, nhd-cli %d%n",
                        node.medianDelayMillis(), cli.medianDelayMillis());
            }
        } finally {
            cluster.delete(namespace);
        }
    }

    @Test
    void whoIsKilledLeavesNothingBehindAndTheSessionGoesOn() throws Exception {
        String namespace = cluster.deploy();
        try (Laptop laptop = new Laptop(); Journal journal = new Journal()) {
            laptop.startDaemon();
            try (Client client = Client.connect(new SocketTransport(laptop.socket()), Laptop.NAME, journal.follower())) {
                String session = client.start(laptop.start(namespace)).session();
                client.awaitSynced(session);
                long before = openSockets(laptop);
                String wait = "{\"session\":\"" + session + "\",\"until\":\"ended\"}";
                try (Watcher node = new Watcher(laptop.environment(), "node", WATCH);
                        Watcher waiting = new Watcher(
                                laptop.environment(), Laptop.cli().toString(), "call", "session.wait", wait)) {
                    Wait.until("both are there", LIMIT, () -> openSockets(laptop) >= before + 2 && !node.events().isEmpty());
                    node.kill();
                    waiting.kill();
                    Wait.until("both are gone", LIMIT, () -> openSockets(laptop) <= before);
                }
                assertEquals("synced", client.status(session).phase());
                client.end(session);
                Wait.until("the last event", LIMIT, () -> journal.reached(session, "ended"));
            }
        } finally {
            cluster.delete(namespace);
        }
    }

    /** Subscribes, and never reads a byte. */
    private static SocketChannel deaf(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        String subscribe = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"events.subscribe\",\"params\":{}}";
        String frame = "Content-Length: " + subscribe.length() + "\r\n\r\n" + subscribe;
        channel.write(ByteBuffer.wrap(frame.getBytes(StandardCharsets.UTF_8)));
        return channel;
    }

    /** The connections to the daemon's socket, as the kernel lists them. */
    private static long openSockets(Laptop laptop) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/net/unix"))) {
            return lines.filter(line -> line.endsWith(laptop.socket().toString())).count();
        }
    }

    private static List<Long> numbersAfterSnapshot(List<Event> events) {
        return events.stream().skip(1).map(Event::seq).toList();
    }

    /** What a client got of the events that another got after its snapshot. */
    private static List<Long> lastOf(List<Event> events, List<Event> others) {
        long snapshot = others.get(0).seq();
        return events.stream().skip(1).map(Event::seq).filter(seq -> seq > snapshot).toList();
    }
}
