package dev.nhd.intellij;

import dev.nhd.intellij.daemon.Daemon;
import dev.nhd.intellij.daemon.Programs;
import dev.nhd.intellij.model.Sessions;
import dev.nhd.intellij.settings.Settings;
import dev.nhd.intellij.words.Texts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** One for the whole IDE: its connection to the daemon, and the sessions that all its projects see. */
public final class Nhd implements AutoCloseable {
    private final Texts texts;
    private final Daemon daemon;
    private final Sessions sessions = new Sessions();

    /**
     * Connects to nothing yet.
     *
     * @param settings what the user has set by now
     * @param bundled the folder with the plugin's own programs, or null
     * @param environment the user's whole environment, with the PATH of a terminal
     * @param name who calls, for the daemon's log: {@code nhd-intellij 0.1.0}
     * @param drawing runs one task after the other on the thread that draws
     */
    public Nhd(
            Supplier<Settings> settings, Path bundled, Map<String, String> environment, String name, Executor drawing,
            Texts texts) {
        this.texts = texts;
        daemon = new Daemon(
                () -> Programs.find(settings.get(), bundled, environment), environment, name, drawing, texts);
        daemon.onEvent(sessions::take);
    }

    public Texts texts() {
        return texts;
    }

    public Daemon daemon() {
        return daemon;
    }

    public Sessions sessions() {
        return sessions;
    }

    /** Closes the connection. Sessions go on, and so does the daemon. */
    @Override
    public void close() throws IOException {
        daemon.close();
    }
}
