// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * A JSON Schema.
 *
 * @param schema The schema of draft 7, as JSON text to hand to an editor.
 */
public record ConfigSchemaResult(String schema) {}
