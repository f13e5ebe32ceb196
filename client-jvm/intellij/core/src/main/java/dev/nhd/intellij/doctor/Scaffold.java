package dev.nhd.intellij.doctor;

import dev.nhd.client.DaemonException;
import dev.nhd.client.protocol.ConfigScaffoldParams;
import dev.nhd.client.protocol.ConfigScaffoldResult;
import dev.nhd.client.protocol.WorkloadRef;
import dev.nhd.intellij.daemon.Daemon;
import dev.nhd.intellij.daemon.Environment;
import dev.nhd.intellij.settings.Place;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Writes a first dev configuration, with comments, where there is none. Blocks. */
public final class Scaffold {
    private Scaffold() {}

    /**
     * Makes the file; one that is there is left as it is.
     *
     * @param source the folder with the sources
     * @return the file, made or found
     * @throws IOException where it cannot be written
     */
    public static Path create(Daemon daemon, Place place, WorkloadRef workload, Path source)
            throws DaemonException, InterruptedException, IOException {
        Path file = source.resolve(Environment.CONFIGURATION);
        if (Files.exists(file)) {
            return file;
        }
        ConfigScaffoldParams params = new ConfigScaffoldParams(workload.kind(), workload.name())
                .withKubeconfig(place.kubeconfig())
                .withContext(place.context())
                .withNamespace(workload.namespace())
                .withSource(source.toString())
                .withEnvironment(daemon.environmentFor(source));
        ConfigScaffoldResult made = daemon.client().call(methods -> methods.configScaffold(params));
        Files.createDirectories(file.getParent());
        try {
            Files.writeString(file, made.text(), StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException meanwhile) {
            return file;
        }
        return file;
    }
}
