package dev.nhd.intellij.shell;

import com.intellij.openapi.application.ApplicationManager;
import com.intellij.openapi.diagnostic.Logger;
import com.intellij.openapi.util.Disposer;
import com.intellij.util.EnvironmentUtil;
import com.intellij.util.PathUtil;
import dev.nhd.intellij.Nhd;
import dev.nhd.intellij.words.Texts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** One for the whole IDE. Nothing is connected before somebody looks. */
public final class Plugin {
    private static final Logger LOG = Logger.getInstance("#dev.nhd.intellij");
    private static Plugin instance;

    private final Nhd nhd;

    private Plugin(Map<String, String> environment) {
        nhd = new Nhd(
                StoredSettings::read, bundled(), environment, "nhd-intellij", Threads::draw, Texts.of(Locale.getDefault()));
    }

    public static synchronized Nhd nhd() {
        if (instance == null) {
            // With the PATH of a terminal: an IDE that was started from the desktop may have a shorter one.
            begin(EnvironmentUtil.getEnvironmentMap());
        }
        return instance.nhd;
    }

    /** Also for tests, which have an environment of their own. */
    static synchronized void begin(Map<String, String> environment) {
        Plugin begun = new Plugin(environment);
        instance = begun;
        Disposer.register(ApplicationManager.getApplication(), begun::end);
    }

    private void end() {
        synchronized (Plugin.class) {
            instance = null;
        }
        Threads.work(() -> {
            try {
                nhd.close();
            } catch (IOException gone) {
                LOG.info("the connection to nhd was gone already", gone);
            }
        });
    }

    /** In the plugin's folder, beside that of its libraries. */
    private static Path bundled() {
        Path lib = Path.of(PathUtil.getJarPathForClass(Plugin.class)).toAbsolutePath().getParent();
        return lib == null ? null : lib.resolveSibling("bin");
    }
}
