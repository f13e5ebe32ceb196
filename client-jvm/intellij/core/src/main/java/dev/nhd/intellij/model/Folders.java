package dev.nhd.intellij.model;

import dev.nhd.client.protocol.SessionStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/** Which session belongs to which folder of a project. */
public final class Folders {
    private Folders() {}

    /** The folder with its links resolved, as the daemon names sources. */
    public static Path resolved(Path folder) {
        try {
            return folder.toRealPath();
        } catch (IOException gone) {
            return folder.toAbsolutePath().normalize();
        }
    }

    /** Whether a session's files are open in the folder, be it a part of them or they a part of it. */
    public static boolean isIn(SessionStatus status, Path folder) {
        Path source = Path.of(status.source());
        Path here = resolved(folder);
        return source.startsWith(here) || here.startsWith(source);
    }

    /**
     * The sessions of the file that is being edited, else of the project; the one with the closest folder first.
     *
     * @param edited the file, or null
     * @param roots the folders of the project
     */
    public static List<SessionStatus> here(List<SessionStatus> live, Path edited, List<Path> roots) {
        Comparator<SessionStatus> closest = Comparator.comparing(status -> -status.source().length());
        if (edited != null) {
            Path file = resolved(edited);
            List<SessionStatus> around =
                    live.stream().filter(status -> file.startsWith(Path.of(status.source()))).sorted(closest).toList();
            // In a project of several folders, the others' sessions say nothing of this file.
            if (!around.isEmpty() || roots.size() > 1) {
                return around;
            }
        }
        return live.stream()
                .filter(status -> roots.stream().anyMatch(root -> isIn(status, root)))
                .sorted(closest)
                .toList();
    }
}
