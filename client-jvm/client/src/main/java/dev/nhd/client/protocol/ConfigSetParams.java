// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import com.google.gson.JsonElement;
import java.util.Map;

/**
 * Writes one key of the dev configuration of a container.
 *
 * @param key The path of the key below {@code dev}, as {@code config.resolve} has it: {@code image},
 *     {@code sync.mode}, {@code env.LOG_LEVEL}.
 * @param kind The workload's kind. One of {@link WorkloadKind}.
 * @param name The workload's name.
 * @param path As in {@code config.check}.
 * @param value Its value.
 * @param container The container; without it the only one, or that without a name. May be null.
 * @param environment What the variables of the text stand for. May be null.
 * @param text The text; without it, that of the file, or an empty one where there is no file. May be null.
 * @param write Writes the file, which is replaced as a whole and keeps its mode. Without it nothing is written. May
 *     be null.
 */
public record ConfigSetParams(
        String key,
        String kind,
        String name,
        String path,
        JsonElement value,
        String container,
        Map<String, String> environment,
        String text,
        Boolean write) {
    /**
     * With nothing but what has to be there.
     *
     * @param key The path of the key below {@code dev}, as {@code config.resolve} has it: {@code image},
     *     {@code sync.mode}, {@code env.LOG_LEVEL}.
     * @param kind The workload's kind. One of {@link WorkloadKind}.
     * @param name The workload's name.
     * @param path As in {@code config.check}.
     * @param value Its value.
     */
    public ConfigSetParams(String key, String kind, String name, String path, JsonElement value) {
        this(key, kind, name, path, value, null, null, null, null);
    }

    /**
     * The same with {@code container}.
     *
     * @param container The container; without it the only one, or that without a name.
     * @return a copy
     */
    public ConfigSetParams withContainer(String container) {
        return new ConfigSetParams(key, kind, name, path, value, container, environment, text, write);
    }

    /**
     * The same with {@code environment}.
     *
     * @param environment What the variables of the text stand for.
     * @return a copy
     */
    public ConfigSetParams withEnvironment(Map<String, String> environment) {
        return new ConfigSetParams(key, kind, name, path, value, container, environment, text, write);
    }

    /**
     * The same with {@code text}.
     *
     * @param text The text; without it, that of the file, or an empty one where there is no file.
     * @return a copy
     */
    public ConfigSetParams withText(String text) {
        return new ConfigSetParams(key, kind, name, path, value, container, environment, text, write);
    }

    /**
     * The same with {@code write}.
     *
     * @param write Writes the file, which is replaced as a whole and keeps its mode. Without it nothing is written.
     * @return a copy
     */
    public ConfigSetParams withWrite(boolean write) {
        return new ConfigSetParams(key, kind, name, path, value, container, environment, text, write);
    }
}
