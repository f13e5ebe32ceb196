// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.Map;

/**
 * Something that the user should know, as text and as data.
 *
 * @param message The English.
 * @param arguments What stands in the places of the text's template. May be null.
 * @param code What it is known by; absent where it is not one of the known texts. May be null.
 */
public record Notice(String message, Map<String, String> arguments, String code) {}
