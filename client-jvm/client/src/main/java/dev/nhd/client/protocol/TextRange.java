// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * A stretch of a text as LSP has it.
 *
 * @param end Where it is over; what stands there is not part of it.
 * @param start Where it begins.
 */
public record TextRange(TextPosition end, TextPosition start) {}
