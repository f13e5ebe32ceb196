// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * The user and machine that began a session.
 *
 * @param host The name of the machine.
 * @param since When the session was started.
 * @param user The name of the user.
 */
public record DevModeOwner(String host, String since, String user) {}
