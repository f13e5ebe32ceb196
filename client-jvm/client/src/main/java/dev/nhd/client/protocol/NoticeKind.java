// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/** What a notice is about. A later daemon may say words that are not here. */
public final class NoticeKind {
    /** Hot reload: the command has been started, for the first time or again. */
    public static final String STARTED = "started";

    /** Hot reload: the command has ended by itself; {@code exitCode} is there. */
    public static final String EXITED = "exited";

    /** Of a log: a container is followed from now on. */
    public static final String FOLLOWED = "followed";

    /** Of a log: a container has ended, or its pod has gone. */
    public static final String LEFT = "left";

    /** Something else to know, or that goes wrong and is tried again. */
    public static final String WARNING = "warning";

    private NoticeKind() {}
}
