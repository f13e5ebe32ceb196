// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * The payload of {@code origin}.
 *
 * @param container The container's name in it.
 * @param pod The pod's name.
 */
public record StreamOrigin(String container, String pod) {}
