// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/** Why there is a forward. A later daemon may say words that are not here. */
public final class ForwardReason {
    /** A client asked for it: by {@code forward.start}, or by {@code portForward} of the start. */
    public static final String REQUEST = "request";

    /** {@code portForward} of the dev configuration. */
    public static final String PORT_FORWARD = "portForward";

    /** {@code debug.remoteDebugPort} of the dev configuration: what a debugger attaches to. */
    public static final String DEBUG = "debug";

    /** The session's own, to the sidecar's syncthing. It comes and goes with the session. */
    public static final String SYNC = "sync";

    private ForwardReason() {}
}
