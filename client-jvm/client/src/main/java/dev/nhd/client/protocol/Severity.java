// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/** How much a problem matters. A later daemon may say words that are not here. */
public final class Severity {
    /** A start with this text fails. */
    public static final String ERROR = "error";

    /** It has no effect, or another than may be meant. */
    public static final String WARNING = "warning";

    private Severity() {}
}
