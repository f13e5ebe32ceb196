package dev.nhd.intellij.daemon;

import dev.nhd.intellij.settings.Settings;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where the daemon's programs are: those that the settings name, those of the plugin, those on the PATH. Nothing is ever
 * downloaded: without any of the three there is no daemon.
 *
 * @param cli {@code nhd-cli}, beside which {@code nhd} is
 * @param origin who named it
 * @param syncthing the syncthing to start a daemon with, or null where the daemon finds its own
 */
public record Programs(Path cli, Origin origin, String syncthing) {
    private static final String CLI = "nhd-cli";

    /** Who named the programs. */
    public enum Origin { SETTING, BUNDLED, PATH }

    /**
     * Looks for them.
     *
     * @param bundled the folder with the plugin's own programs, or null where it brings none
     * @param environment the user's environment, with the PATH of a terminal
     */
    public static Optional<Programs> find(Settings settings, Path bundled, Map<String, String> environment) {
        String syncthing = syncthing(settings, bundled, environment);
        if (settings.path() != null) {
            // A setting that names nothing is told, and not passed over.
            return named(settings.path()).map(cli -> new Programs(cli, Origin.SETTING, syncthing));
        }
        Optional<Path> own = Optional.ofNullable(bundled).map(folder -> folder.resolve(CLI)).filter(Programs::isProgram);
        if (own.isPresent()) {
            return own.map(cli -> new Programs(cli, Origin.BUNDLED, syncthing));
        }
        return onPath(CLI, environment).map(cli -> new Programs(cli, Origin.PATH, syncthing));
    }

    /** The one that the user has comes first: it is patched with the system. */
    private static String syncthing(Settings settings, Path bundled, Map<String, String> environment) {
        String named = settings.syncthing() != null ? settings.syncthing() : environment.get("NHD_SYNCTHING");
        if (named != null || onPath("syncthing", environment).isPresent() || bundled == null) {
            return named;
        }
        Path own = bundled.resolve("syncthing");
        return isProgram(own) ? own.toString() : null;
    }

    /** The setting may name {@code nhd}, {@code nhd-cli} beside it, or their folder. */
    private static Optional<Path> named(String setting) {
        try {
            Path path = Path.of(setting);
            return Stream.of(path.endsWith(CLI) ? path : path.resolve(CLI), path.resolveSibling(CLI))
                    .filter(Programs::isProgram)
                    .findFirst();
        } catch (InvalidPathException noPath) {
            return Optional.empty();
        }
    }

    private static Optional<Path> onPath(String program, Map<String, String> environment) {
        return Pattern.compile(Pattern.quote(File.pathSeparator))
                .splitAsStream(environment.getOrDefault("PATH", ""))
                .filter(folder -> folder.startsWith("/"))
                .map(folder -> Path.of(folder, program))
                .filter(Programs::isProgram)
                .findFirst();
    }

    private static boolean isProgram(Path path) {
        return Files.isRegularFile(path) && Files.isExecutable(path);
    }
}
