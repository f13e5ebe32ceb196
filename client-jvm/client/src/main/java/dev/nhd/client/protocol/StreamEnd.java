// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * How a stream ended; also the payload of the last frame of a connection.
 *
 * @param reason Why a stream ended. One of {@link EndReason}.
 * @param exitCode The exit code of the process, where it is known; 128 and the signal's number where a signal ended
 *     it. May be null.
 * @param message More about it, and what to do next. May be null.
 */
public record StreamEnd(String reason, Long exitCode, String message) {}
