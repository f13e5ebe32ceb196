// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
/**
 * What is on the wire: the daemon's methods and their types. Moments are RFC 3339 strings in UTC, durations whole
 * milliseconds. A later daemon may add members, words and kinds of event; those that are not known here are passed
 * over.
 */
package dev.nhd.client.protocol;
