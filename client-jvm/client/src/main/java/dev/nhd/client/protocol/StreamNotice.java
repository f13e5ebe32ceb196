// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * The payload of {@code notice}.
 *
 * @param kind What a notice is about. One of {@link NoticeKind}.
 * @param message A sentence for people.
 * @param exitCode The exit code of the command that it is about. May be null.
 */
public record StreamNotice(String kind, String message, Long exitCode) {}
