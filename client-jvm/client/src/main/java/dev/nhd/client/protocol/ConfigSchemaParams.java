// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * Which schema.
 *
 * @param daemon That of the daemon's own {@code config.yaml}; without it, that of {@code .nocalhost/config.yaml}.
 *     May be null.
 */
public record ConfigSchemaParams(Boolean daemon) {
    /** With nothing but what has to be there. */
    public ConfigSchemaParams() {
        this(null);
    }

    /**
     * The same with {@code daemon}.
     *
     * @param daemon That of the daemon's own {@code config.yaml}; without it, that of
     *     {@code .nocalhost/config.yaml}.
     * @return a copy
     */
    public ConfigSchemaParams withDaemon(boolean daemon) {
        return new ConfigSchemaParams(daemon);
    }
}
