package dev.nhd.client;

import dev.nhd.client.protocol.StartParams;
import dev.nhd.client.protocol.WorkloadKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A developer's machine in a temporary folder: a home for the daemon, a source folder, and the daemon itself. */
public final class Laptop implements AutoCloseable {
    /** What the tests call themselves in the daemon's log. */
    static final String NAME = "jvm-test 1";
    public static final Path REPOSITORY = repository();
    /** Where nhd, nhd-cli and nhd-test-cluster are: in {@code NHD_TEST_BINARIES}, else in the debug build. */
    private static final Path BINARIES =
            REPOSITORY.resolve(System.getenv().getOrDefault("NHD_TEST_BINARIES", "target/debug"));

    private final Path folder;
    private Process daemon;

    public Laptop() throws IOException {
        folder = Files.createTempDirectory("nhd-jvm-");
        Files.createDirectory(source());
        save("first.txt", "first");
    }

    /** Maven runs tests in the folder of their module, wherever that is. */
    private static Path repository() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("Cargo.lock"))) {
            folder = folder.getParent();
        }
        return folder;
    }

    public static Path binary(String name) {
        return BINARIES.resolve(name);
    }

    public static Path cli() {
        return binary("nhd-cli");
    }

    public Path source() {
        return folder.resolve("source");
    }

    public Path home() {
        return folder.resolve("home");
    }

    public Path socket() {
        return home().resolve("run/nhd.sock");
    }

    public void save(String name, String text) throws IOException {
        Files.writeString(source().resolve(name), text);
    }

    /** Another home than the user's, and so another daemon. */
    public Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>(Map.of(
                "NHD_HOME", home().toString(),
                "HOME", folder.toString(),
                "USER", "tester",
                "PATH", System.getenv("PATH"),
                "NHD_LOG", "nhd=debug,info"));
        return environment;
    }

    public StartParams start(String namespace) {
        return new StartParams(WorkloadKind.DEPLOYMENT, "web", source().toString())
                .withNamespace(namespace)
                .withImage("nhd-tests/dev:1")
                .withKubeconfig(Cluster.shared().kubeconfig().toString())
                .withEnvironment(environment());
    }

    public void startDaemon() throws Exception {
        ProcessBuilder builder = new ProcessBuilder(binary("nhd").toString());
        builder.environment().clear();
        builder.environment().putAll(environment());
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("nhd.log").toFile()));
        daemon = builder.start();
        Wait.until("the daemon listens", Duration.ofSeconds(20), this::listens);
    }

    private boolean listens() {
        try (SocketTransport probe = new SocketTransport(socket())) {
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** As {@code kill -9} does. */
    public void killDaemon() throws InterruptedException {
        daemon.destroyForcibly().waitFor();
        daemon = null;
    }

    public long daemonPid() {
        return daemon.pid();
    }

    /** Runs {@code nhd-cli} to its end. */
    public int cli(String... words) throws Exception {
        List<String> command = Stream.concat(Stream.of(cli().toString()), Stream.of(words)).toList();
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().clear();
        builder.environment().putAll(environment());
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.INHERIT);
        return builder.start().waitFor();
    }

    /** The command lines of the processes that have this home in their environment. */
    public List<String> processes() {
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            return all.map(process -> Path.of("/proc", Long.toString(process.pid())))
                    .filter(process -> read(process.resolve("environ")).contains(home().toString()))
                    .map(process -> read(process.resolve("cmdline")).replace('\0', ' '))
                    .filter(line -> !line.isEmpty())
                    .toList();
        }
    }

    /** A process may end while it is looked at. */
    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException gone) {
            return "";
        }
    }

    /** Whoever started it, the daemon ends with its laptop. */
    @Override
    public void close() throws Exception {
        cli("daemon", "stop");
        if (daemon != null && !daemon.waitFor(20, TimeUnit.SECONDS)) {
            killDaemon();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
