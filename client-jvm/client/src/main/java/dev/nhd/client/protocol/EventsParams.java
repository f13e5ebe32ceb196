// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * Where to go on.
 *
 * @param progress Whether {@code events.subscribe} sends events of the type {@code progress}, too. May be null.
 * @param since The last event that the client has. Without it, and where the log no longer reaches back so far, a
 *     snapshot comes first. May be null.
 */
public record EventsParams(Boolean progress, Cursor since) {
    /** With nothing but what has to be there. */
    public EventsParams() {
        this(null, null);
    }

    /**
     * The same with {@code progress}.
     *
     * @param progress Whether {@code events.subscribe} sends events of the type {@code progress}, too.
     * @return a copy
     */
    public EventsParams withProgress(boolean progress) {
        return new EventsParams(progress, since);
    }

    /**
     * The same with {@code since}.
     *
     * @param since The last event that the client has. Without it, and where the log no longer reaches back so far,
     *     a snapshot comes first.
     * @return a copy
     */
    public EventsParams withSince(Cursor since) {
        return new EventsParams(progress, since);
    }
}
