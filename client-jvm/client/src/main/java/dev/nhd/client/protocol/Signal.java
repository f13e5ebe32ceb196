// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/** Signals that a command can be sent. A later daemon may say words that are not here. */
public final class Signal {
    /** The word {@code hup}. */
    public static final String HUP = "hup";

    /** The word {@code int}. */
    public static final String INT = "int";

    /** The word {@code quit}. */
    public static final String QUIT = "quit";

    /** The word {@code kill}. */
    public static final String KILL = "kill";

    /** The word {@code usr1}. */
    public static final String USR1 = "usr1";

    /** The word {@code usr2}. */
    public static final String USR2 = "usr2";

    /** The word {@code term}. */
    public static final String TERM = "term";

    /** The word {@code cont}. */
    public static final String CONT = "cont";

    /** The word {@code stop}. */
    public static final String STOP = "stop";

    private Signal() {}
}
