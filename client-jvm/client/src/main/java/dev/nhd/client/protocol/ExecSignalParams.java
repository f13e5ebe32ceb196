// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * Sends a signal to a command.
 *
 * @param signal {@code usr1} and {@code usr2} go to the command's own process, the others to everything that it has
 *     started as well. One of {@link Signal}.
 * @param stream Its id.
 */
public record ExecSignalParams(String signal, String stream) {}
