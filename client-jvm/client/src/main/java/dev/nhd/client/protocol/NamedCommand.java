// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/** The commands of the dev configuration. A later daemon may say words that are not here. */
public final class NamedCommand {
    /** The word {@code build}. */
    public static final String BUILD = "build";

    /** The word {@code hotReloadRun}. */
    public static final String HOT_RELOAD_RUN = "hotReloadRun";

    /** The word {@code hotReloadDebug}. */
    public static final String HOT_RELOAD_DEBUG = "hotReloadDebug";

    /** {@code hotReloadRun} in its place where the configuration has {@code hotReload: true} and one. */
    public static final String RUN = "run";

    /** {@code hotReloadDebug} in its place, likewise. */
    public static final String DEBUG = "debug";

    private NamedCommand() {}
}
