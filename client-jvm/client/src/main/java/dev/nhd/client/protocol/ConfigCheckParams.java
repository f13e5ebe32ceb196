// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.Map;

/**
 * Looks through a text that may not be saved.
 *
 * @param path The absolute path of the file, from which includes and the file of variables are found. It need not
 *     be there. One that is named {@code .nocalhost/config.yaml} is that of the source folder around it, the daemon's
 *     own {@code config.yaml} the daemon's; another one is taken for one of the former form.
 * @param container The container that is meant. May be null.
 * @param environment What the variables of the text stand for. May be null.
 * @param kind The workload that is meant, with {@code name}: then it also counts whether anything is said about
 *     that. One of {@link WorkloadKind}. May be null.
 * @param name The workload's name. May be null.
 * @param text The text; without it, that of the file. May be null.
 */
public record ConfigCheckParams(
        String path,
        String container,
        Map<String, String> environment,
        String kind,
        String name,
        String text) {
    /**
     * With nothing but what has to be there.
     *
     * @param path The absolute path of the file, from which includes and the file of variables are found. It need
     *     not be there. One that is named {@code .nocalhost/config.yaml} is that of the source folder around it, the
     *     daemon's own {@code config.yaml} the daemon's; another one is taken for one of the former form.
     */
    public ConfigCheckParams(String path) {
        this(path, null, null, null, null, null);
    }

    /**
     * The same with {@code container}.
     *
     * @param container The container that is meant.
     * @return a copy
     */
    public ConfigCheckParams withContainer(String container) {
        return new ConfigCheckParams(path, container, environment, kind, name, text);
    }

    /**
     * The same with {@code environment}.
     *
     * @param environment What the variables of the text stand for.
     * @return a copy
     */
    public ConfigCheckParams withEnvironment(Map<String, String> environment) {
        return new ConfigCheckParams(path, container, environment, kind, name, text);
    }

    /**
     * The same with {@code kind}.
     *
     * @param kind The workload that is meant, with {@code name}: then it also counts whether anything is said about
     *     that. One of {@link WorkloadKind}.
     * @return a copy
     */
    public ConfigCheckParams withKind(String kind) {
        return new ConfigCheckParams(path, container, environment, kind, name, text);
    }

    /**
     * The same with {@code name}.
     *
     * @param name The workload's name.
     * @return a copy
     */
    public ConfigCheckParams withName(String name) {
        return new ConfigCheckParams(path, container, environment, kind, name, text);
    }

    /**
     * The same with {@code text}.
     *
     * @param text The text; without it, that of the file.
     * @return a copy
     */
    public ConfigCheckParams withText(String text) {
        return new ConfigCheckParams(path, container, environment, kind, name, text);
    }
}
