package dev.nhd.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Spawns {@code nhd-cli stdio}, which finds the daemon, starts it where none runs, and carries bytes. */
public final class StdioTransport implements Transport {
    /** The process gives the daemon's last answers some seconds. */
    private static final long END_LIMIT_SECONDS = 12;

    private final Process process;
    private final Thread errors;
    private volatile String lastWords = "";

    /**
     * Spawns the process. That it cannot reach a daemon comes out with the first call, in the words of
     * {@link #lastWords}.
     *
     * @param cli the path of {@code nhd-cli}, or its name where this process finds it on its {@code PATH}
     * @param environment the whole environment of {@code nhd-cli}, and of a daemon that it starts
     * @throws IOException where it cannot be run
     */
    public StdioTransport(Path cli, Map<String, String> environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(cli.toString(), "stdio");
        builder.environment().clear();
        builder.environment().putAll(environment);
        process = builder.start();
        errors = new Thread(this::readErrors, "nhd-cli errors");
        errors.setDaemon(true);
        errors.start();
    }

    /** A full pipe would stop the process, so somebody has to read it. */
    private void readErrors() {
        try (BufferedReader reader = process.errorReader()) {
            lastWords = reader.lines().limit(100).collect(Collectors.joining("\n"));
            reader.transferTo(Writer.nullWriter());
        } catch (IOException | UncheckedIOException gone) {
            // The process has ended, and has said what it had to say.
        }
    }

    @Override
    public InputStream input() {
        return process.getInputStream();
    }

    @Override
    public OutputStream output() {
        return process.getOutputStream();
    }

    @Override
    public String lastWords() {
        try {
            errors.join(TimeUnit.SECONDS.toMillis(1));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        return lastWords.isEmpty() ? "nhd-cli closed the connection" : lastWords;
    }

    /** Ends the process by the end of its input, which takes at most twelve seconds. The daemon runs on. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
        } catch (IOException ended) {
            // Closing what a process no longer reads fails, and that it has ended is what is wanted here.
        }
        try {
            if (!process.waitFor(END_LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
