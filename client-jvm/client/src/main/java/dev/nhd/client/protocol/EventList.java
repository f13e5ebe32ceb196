// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * A piece of the log.
 *
 * @param events Oldest first.
 */
public record EventList(List<Event> events) {}
