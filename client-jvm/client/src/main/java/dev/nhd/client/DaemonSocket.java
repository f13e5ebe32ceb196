package dev.nhd.client;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import dev.nhd.client.protocol.ErrorInfo;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Path;
import java.util.Map;

/** Finds the daemon's socket by asking {@code nhd-cli}, which knows the rules and starts the daemon where none runs. */
public final class DaemonSocket {
    private DaemonSocket() {}

    /**
     * Starts the daemon where none runs. Blocks until it answers, for some seconds at most.
     *
     * @param cli the path of {@code nhd-cli}, or its name where this process finds it on its {@code PATH}
     * @param environment the whole environment of {@code nhd-cli}, and of a daemon that it starts
     * @return the socket of the daemon that runs now
     * @throws DaemonException where it could not be started, with the kind and the hint that {@code nhd-cli} has
     * @throws IOException where {@code nhd-cli} cannot be run
     */
    public static Path find(Path cli, Map<String, String> environment) throws IOException, DaemonException {
        return ask(cli, environment, "start");
    }

    /**
     * The same, and starts nothing. Blocks for a moment.
     *
     * @param cli the path of {@code nhd-cli}, or its name where this process finds it on its {@code PATH}
     * @param environment the whole environment of {@code nhd-cli}
     * @return the socket of the daemon that runs
     * @throws DaemonException {@code daemonUnreachable} where none runs, and whatever else {@code nhd-cli} has to say
     * @throws IOException where {@code nhd-cli} cannot be run
     */
    public static Path running(Path cli, Map<String, String> environment) throws IOException, DaemonException {
        return ask(cli, environment, "status");
    }

    private static Path ask(Path cli, Map<String, String> environment, String command)
            throws IOException, DaemonException {
        ProcessBuilder builder = new ProcessBuilder(cli.toString(), "daemon", command, "--json");
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        process.getOutputStream().close();
        try (Reader printed = process.inputReader()) {
            Answer answer = new Gson().fromJson(printed, Answer.class);
            if (answer != null && answer.error() != null) {
                throw new DaemonException(answer.error(), null);
            }
            if (answer == null || answer.socket() == null) {
                throw new IOException(cli + " says neither where the daemon's socket is nor what went wrong");
            }
            return Path.of(answer.socket());
        } catch (JsonParseException error) {
            throw new IOException("failed to understand " + cli, error);
        }
    }

    /** Of what it prints, one of the two. */
    private record Answer(String socket, ErrorInfo error) {}
}
