package dev.nhd.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nhd.client.protocol.EndReason;
import dev.nhd.client.protocol.ExecStartParams;
import dev.nhd.client.protocol.StreamEnd;
import dev.nhd.client.protocol.StreamParams;
import dev.nhd.client.protocol.StreamTicket;
import dev.nhd.client.protocol.TerminalOpenParams;
import dev.nhd.client.protocol.TerminalSize;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Terminals and commands on a real cluster. */
class StreamTest {
    private final Cluster cluster = Cluster.shared();

    @Test
    void bytesComeBackBitForBitWithTheExitCode() throws Exception {
        String namespace = cluster.deploy();
        try (Laptop laptop = new Laptop(); Journal journal = new Journal()) {
            laptop.startDaemon();
            try (Client client = Client.connect(new SocketTransport(laptop.socket()), Laptop.NAME, journal.follower())) {
                String session = client.start(laptop.start(namespace)).session();
                client.awaitSynced(session);
                ExecStartParams params = new ExecStartParams()
                        .withSession(session)
                        .withCommand(List.of("sh", "-c", "cat; echo trouble >&2; exit 7"))
                        .withStdin(true);
                StreamTicket ticket = client.call(methods -> methods.execStart(params));
                byte[] sent = new byte[1_000_000];
                for (int at = 0; at < sent.length; at++) {
                    sent[at] = (byte) (at * 7 % 251);
                }
                try (StreamConnection stream = new StreamConnection(laptop.socket(), ticket)) {
                    CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> feed(stream.stdin(), sent));
                    ByteArrayOutputStream stdout = new ByteArrayOutputStream();
                    ByteArrayOutputStream stderr = new ByteArrayOutputStream();
                    StreamEnd end = read(stream, stdout, stderr);
                    writing.join();
                    assertArrayEquals(sent, stdout.toByteArray());
                    assertEquals("trouble\n", stderr.toString(StandardCharsets.UTF_8));
                    assertEquals(EndReason.EXITED, end.reason());
                    assertEquals(7, end.exitCode());
                }
                assertThrows(IOException.class, () -> new StreamConnection(laptop.socket(), ticket));
            }
        } finally {
            cluster.delete(namespace);
        }
    }

    @Test
    void aTerminalOutlivesItsClientAndIsOfferedAgain() throws Exception {
        String namespace = cluster.deploy();
        try (Laptop laptop = new Laptop(); Journal journal = new Journal()) {
            laptop.startDaemon();
            try (Client client = Client.connect(new SocketTransport(laptop.socket()), Laptop.NAME, journal.follower())) {
                String session = client.start(laptop.start(namespace)).session();
                client.awaitSynced(session);
                TerminalOpenParams params = new TerminalOpenParams().withSession(session);
                StreamTicket ticket = client.call(methods -> methods.terminalOpen(params));
                StreamParams terminal = new StreamParams(ticket.stream().stream());
                try (StreamConnection stream = new StreamConnection(laptop.socket(), ticket)) {
                    stream.resize(new TerminalSize(101, 31));
                    stream.stdin().write("sleep 0.5; stty size\n".getBytes(StandardCharsets.UTF_8));
                    awaitText(stream, "31 101");
                }
                StreamTicket again = client.call(methods -> methods.terminalAttach(terminal));
                try (StreamConnection stream = new StreamConnection(laptop.socket(), again)) {
                    assertTrue(stream.opened().replayed() > 0);
                    awaitText(stream, "31 101");
                    client.call(methods -> methods.terminalClose(terminal));
                    StreamEnd end = read(stream, OutputStream.nullOutputStream(), OutputStream.nullOutputStream());
                    assertEquals(EndReason.CLOSED, end.reason());
                }
            }
        } finally {
            cluster.delete(namespace);
        }
    }

    private static void feed(OutputStream stdin, byte[] bytes) {
        try (stdin) {
            stdin.write(bytes, 0, 3);
            stdin.write(bytes, 3, bytes.length - 3);
        } catch (IOException error) {
            throw new IllegalStateException(error);
        }
    }

    private static StreamEnd read(StreamConnection stream, OutputStream stdout, OutputStream stderr) throws IOException {
        while (true) {
            StreamConnection.Frame frame = stream.next();
            if (frame instanceof StreamConnection.Output output) {
                (output.error() ? stderr : stdout).write(output.bytes());
            } else if (frame instanceof StreamConnection.End end) {
                return end.end();
            }
        }
    }

    private static void awaitText(StreamConnection stream, String text) throws IOException {
        ByteArrayOutputStream seen = new ByteArrayOutputStream();
        while (!seen.toString(StandardCharsets.UTF_8).contains(text)) {
            if (stream.next() instanceof StreamConnection.Output output) {
                seen.write(output.bytes());
            }
        }
    }
}
