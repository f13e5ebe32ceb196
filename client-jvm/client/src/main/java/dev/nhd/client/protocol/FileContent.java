// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * What a file holds. Links are followed.
 *
 * @param data The bytes in base64.
 * @param size How many bytes.
 */
public record FileContent(String data, long size) {}
