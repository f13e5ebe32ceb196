// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;
import java.util.Map;

/**
 * A container of the workload's template.
 *
 * @param developable Whether it can be developed in: {@code container} of {@code session.start} takes its name.
 * @param image Its image.
 * @param name Its name.
 * @param role When a container of a pod runs. One of {@link ContainerRole}.
 * @param limits What it may use at most. May be null.
 * @param ports Its ports, as it declares them; it may listen on others. Empty where there is none.
 * @param requests What it is guaranteed, such as {@code {"cpu": "100m"}}. May be null.
 * @param workingDir The folder that it starts in; absent where that is the image's. May be null.
 */
public record ContainerDescription(
        boolean developable,
        String image,
        String name,
        String role,
        Map<String, String> limits,
        List<ContainerPort> ports,
        Map<String, String> requests,
        String workingDir) {
    /**
     * A list that is absent is empty.
     *
     * @param developable Whether it can be developed in: {@code container} of {@code session.start} takes its name.
     * @param image Its image.
     * @param name Its name.
     * @param role When a container of a pod runs. One of {@link ContainerRole}.
     * @param limits What it may use at most. May be null.
     * @param ports Its ports, as it declares them; it may listen on others. Empty where there is none.
     * @param requests What it is guaranteed, such as {@code {"cpu": "100m"}}. May be null.
     * @param workingDir The folder that it starts in; absent where that is the image's. May be null.
     */
    public ContainerDescription {
        ports = ports == null ? List.of() : ports;
    }
}
