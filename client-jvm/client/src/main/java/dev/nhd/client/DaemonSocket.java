package dev.nhd.client;

import com.google.gson.Gson;
import com.google.gson.JsonSyntaxException;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Path;
import java.util.Map;

/** Finds the daemon's socket by asking {@code nhd-cli}, which knows the rules and starts the daemon where none runs. */
// doc:begin find-socket
public final class DaemonSocket {
    private DaemonSocket() {}

    public static Path find(Path cli, Map<String, String> environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(cli.toString(), "daemon", "start", "--json");
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        process.getOutputStream().close();
        try (Reader answer = process.inputReader()) {
            HelloResult hello = new Gson().fromJson(answer, HelloResult.class);
            if (hello == null || hello.socket() == null) {
                throw new IOException("nhd-cli could not start the daemon");
            }
            return Path.of(hello.socket());
        } catch (JsonSyntaxException error) {
            throw new IOException("failed to understand nhd-cli", error);
        }
    }
}
// doc:end
