// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * What becomes of the security contexts of the pod and of the container developed in. A later daemon may say words
 * that are not here.
 */
public final class SecurityContextChoice {
    /** They stay as they are, and the sidecar gets one that a namespace of the level {@code restricted} accepts. */
    public static final String KEEP = "keep";

    private SecurityContextChoice() {}
}
