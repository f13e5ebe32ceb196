// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * The kinds of credentials, of which the first that a user has counts. A later daemon may say words that are not
 * here.
 */
public final class CredentialKind {
    /** The word {@code clientCertificate}. */
    public static final String CLIENT_CERTIFICATE = "clientCertificate";

    /** A provider that is built into clients, as older kubeconfigs name them. */
    public static final String AUTH_PROVIDER = "authProvider";

    /** A name and a password. */
    public static final String BASIC = "basic";

    /** A bearer token, in the kubeconfig or in a file. */
    public static final String TOKEN = "token";

    /** A program that gives credentials. */
    public static final String EXEC = "exec";

    /** Nobody in particular. */
    public static final String NONE = "none";

    private CredentialKind() {}
}
