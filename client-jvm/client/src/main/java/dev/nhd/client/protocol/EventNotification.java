// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * The params of the notification that carries an event.
 *
 * @param result Something that happened. It is a hint: a client that missed some asks again and loses nothing.
 * @param subscription The id that {@code events.subscribe} answered with.
 */
public record EventNotification(Event result, String subscription) {}
