// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * Something that uses a claim.
 *
 * @param pod The pod; absent where a session waits for one. May be null.
 * @param session The session that it is for, this daemon's or another's. May be null.
 */
public record VolumeUse(String pod, String session) {}
