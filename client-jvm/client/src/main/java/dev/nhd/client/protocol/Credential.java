// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * How the user of a context signs in.
 *
 * @param kind The kinds of credentials, of which the first that a user has counts. One of {@link CredentialKind}.
 * @param name The name of the exec plugin's program, or of the auth provider. May be null.
 */
public record Credential(String kind, String name) {}
