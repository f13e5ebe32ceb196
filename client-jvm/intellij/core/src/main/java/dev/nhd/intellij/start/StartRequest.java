package dev.nhd.intellij.start;

import dev.nhd.client.protocol.SessionStatus;
import dev.nhd.client.protocol.StartParams;
import dev.nhd.client.protocol.WorkloadRef;
import dev.nhd.intellij.daemon.Daemon;
import dev.nhd.intellij.settings.Memory;
import dev.nhd.intellij.settings.Place;
import java.nio.file.Path;

/**
 * What a start is asked for with. What is null is the dev configuration's, or the only one.
 *
 * @param place where the workload is
 * @param workload the workload
 * @param container the container to develop in
 * @param image the dev image
 * @param source the folder with the sources
 */
public record StartRequest(Place place, WorkloadRef workload, String container, String image, String source) {
    /** The start of a session, to be tried again or otherwise. */
    public static StartRequest of(SessionStatus status) {
        Place place = new Place(null, status.context(), status.workload().namespace());
        return new StartRequest(place, status.workload(), status.container(), status.image(), status.source());
    }

    public StartRequest with(Memory.Choices choices) {
        return new StartRequest(place, workload, choices.container(), choices.image(), choices.source());
    }

    Memory.Choices choices() {
        return new Memory.Choices(container, image, source);
    }

    StartParams params(Daemon daemon) {
        StartParams params = new StartParams(workload.kind(), workload.name(), source)
                .withKubeconfig(place.kubeconfig())
                .withContext(place.context())
                .withNamespace(workload.namespace())
                .withEnvironment(daemon.environmentFor(Path.of(source)));
        StartParams withContainer = container == null ? params : params.withContainer(container);
        return image == null ? withContainer : withContainer.withImage(image);
    }
}
