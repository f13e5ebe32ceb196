// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/** How far a forward has come. A later daemon may say words that are not here. */
public final class ForwardState {
    /** It is opened as soon as the session has come so far. */
    public static final String OPENING = "opening";

    /** The local port takes connections. While the dev pod is away, they wait for it. */
    public static final String LISTENING = "listening";

    /** The local port could not be opened; {@code error} says why. It is tried again until it can. */
    public static final String BLOCKED = "blocked";

    private ForwardState() {}
}
