// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * Where a value came from.
 *
 * @param kind The kinds of source, the strongest first. One of {@link ConfigSourceKind}.
 * @param column The column in characters, from 1. May be null.
 * @param file The file's path, or whose annotation it is. May be null.
 * @param line The line of the value in it, from 1. May be null.
 */
public record ConfigSource(String kind, Long column, String file, Long line) {}
