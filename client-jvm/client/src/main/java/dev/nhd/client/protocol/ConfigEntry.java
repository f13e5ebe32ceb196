// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import com.google.gson.JsonElement;

/**
 * One key with its effective value.
 *
 * @param key The path of the key below {@code dev}: {@code image}, {@code sync.mode}, {@code env.LOG_LEVEL}.
 * @param source Where a value came from.
 * @param value Left out where nothing is set: the container keeps its own. May be null.
 */
public record ConfigEntry(String key, ConfigSource source, JsonElement value) {}
