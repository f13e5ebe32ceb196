// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * A stream, and what opens a connection to it.
 *
 * @param expiresInMs How soon it has to be used.
 * @param stream What is known of it.
 * @param token Good for one connection.
 */
public record StreamTicket(long expiresInMs, StreamStatus stream, String token) {}
