// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/** What tells a language. A later daemon may say words that are not here. */
public final class LanguageSource {
    /** {@code debug.language} of the dev configuration. */
    public static final String CONFIG = "config";

    /** A file in the source folder, such as {@code go.mod}. */
    public static final String SOURCE = "source";

    /** The name of the dev image. */
    public static final String IMAGE = "image";

    private LanguageSource() {}
}
