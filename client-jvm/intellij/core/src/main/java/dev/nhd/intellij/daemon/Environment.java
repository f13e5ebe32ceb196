package dev.nhd.intellij.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a request takes along of the user's environment: what exec plugins need, and what a dev configuration refers to. */
public final class Environment {
    /** Where a source folder has its dev configuration. */
    public static final Path CONFIGURATION = Path.of(".nocalhost", "config.yaml");

    /** As {@code nhd-cli} has them: to find and run exec plugins, to reach the cluster, to log in again. */
    private static final Set<String> NAMES = Set.of(("PATH HOME USER LOGNAME SHELL LANG TMPDIR KUBECONFIG NHD_SYNCTHING "
            + "HTTP_PROXY http_proxy HTTPS_PROXY https_proxy ALL_PROXY all_proxy NO_PROXY no_proxy SSL_CERT_FILE "
            + "SSL_CERT_DIR XDG_CONFIG_HOME XDG_CACHE_HOME XDG_DATA_HOME XDG_RUNTIME_DIR DISPLAY WAYLAND_DISPLAY "
            + "DBUS_SESSION_BUS_ADDRESS SSH_AUTH_SOCK").split(" "));
    /** Families of variables of the clouds' own plugins. */
    private static final List<String> PREFIXES = List.of(("AWS_ GOOGLE_ CLOUDSDK_ USE_GKE_ AZURE_ AAD_ ARM_ OCI_ "
            + "ALIBABA_CLOUD_ DIGITALOCEAN_ TELEPORT_ VAULT_").split(" "));
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{?([A-Za-z_][A-Za-z0-9_]*)");
    private static final Pattern INCLUDE = Pattern.compile("\\$\\{_INCLUDE_:-([^|}]+)");
    /** How many files a configuration may include, as in the daemon. */
    private static final int LARGEST_FAMILY = 256;

    private Environment() {}

    /**
     * Chooses.
     *
     * @param all the user's environment
     * @param source the folder whose dev configuration may refer to more variables, or null
     * @param syncthing the syncthing to take, or null
     */
    public static Map<String, String> of(Map<String, String> all, Path source, String syncthing) {
        Set<String> referred = source == null ? Set.of() : referred(source.resolve(CONFIGURATION));
        Map<String, String> taken = new TreeMap<>();
        all.forEach((name, value) -> {
            if (NAMES.contains(name) || referred.contains(name) || PREFIXES.stream().anyMatch(name::startsWith)) {
                taken.put(name, value);
            }
        });
        if (syncthing != null) {
            taken.put("NHD_SYNCTHING", syncthing);
        }
        return taken;
    }

    /**
     * The variables that a configuration and what it includes refer to. A file that cannot be read is the daemon's to
     * report.
     */
    private static Set<String> referred(Path configuration) {
        Set<String> names = new HashSet<>();
        List<Path> files = new ArrayList<>(List.of(configuration));
        for (int at = 0; at < files.size() && at < LARGEST_FAMILY; at++) {
            Path file = files.get(at);
            String text = text(file);
            VARIABLE.matcher(text).results().forEach(found -> names.add(found.group(1)));
            Matcher includes = INCLUDE.matcher(text);
            while (includes.find()) {
                Path next = file.resolveSibling(includes.group(1).strip()).normalize();
                if (!files.contains(next)) {
                    files.add(next);
                }
            }
        }
        return names;
    }

    private static String text(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException unreadable) {
            return "";
        }
    }
}
