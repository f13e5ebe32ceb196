// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * A terminal or a command, by its id.
 *
 * @param stream Its id.
 */
public record StreamParams(String stream) {}
