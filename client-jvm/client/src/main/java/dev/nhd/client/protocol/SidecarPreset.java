// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/** Which image and arguments the sidecar has. A later daemon may say words that are not here. */
public final class SidecarPreset {
    /** The official multi-architecture syncthing image, pinned. */
    public static final String SYNCTHING = "syncthing";

    /** Nocalhost's own sidecar image. */
    public static final String NOCALHOST = "nocalhost";

    private SidecarPreset() {}
}
