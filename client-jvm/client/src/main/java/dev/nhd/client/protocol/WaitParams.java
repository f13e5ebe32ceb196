// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * Waits until a session has come so far. Fails at once when it no longer can.
 *
 * @param session The session's id.
 * @param until What to wait for. One of {@link WaitUntil}.
 * @param timeoutMs How long to wait; without it as long as it takes, at most 24 hours. May be null.
 */
public record WaitParams(String session, String until, Long timeoutMs) {
    /**
     * With nothing but what has to be there.
     *
     * @param session The session's id.
     * @param until What to wait for. One of {@link WaitUntil}.
     */
    public WaitParams(String session, String until) {
        this(session, until, null);
    }

    /**
     * The same with {@code timeoutMs}.
     *
     * @param timeoutMs How long to wait; without it as long as it takes, at most 24 hours.
     * @return a copy
     */
    public WaitParams withTimeoutMs(long timeoutMs) {
        return new WaitParams(session, until, timeoutMs);
    }
}
