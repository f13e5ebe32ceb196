// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * Which terminals or commands are meant; all without members.
 *
 * @param session Those of this session. May be null.
 */
public record StreamListParams(String session) {
    /** With nothing but what has to be there. */
    public StreamListParams() {
        this(null);
    }

    /**
     * The same with {@code session}.
     *
     * @param session Those of this session.
     * @return a copy
     */
    public StreamListParams withSession(String session) {
        return new StreamListParams(session);
    }
}
