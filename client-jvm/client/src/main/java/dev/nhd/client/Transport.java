package dev.nhd.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** The bytes to and from a daemon, for one {@link Connection}. */
public interface Transport extends AutoCloseable {
    /**
     * What the daemon says.
     *
     * @return the stream, which the connection reads on one thread
     * @throws IOException where the way is closed already
     */
    InputStream input() throws IOException;

    /**
     * What is said to the daemon.
     *
     * @return the stream, which any thread writes that makes a call, one after the other
     * @throws IOException where the way is closed already
     */
    OutputStream output() throws IOException;

    /**
     * Why the connection ended, as far as the other side said so. May block for a second.
     *
     * @return words for the user
     */
    String lastWords();

    /** Returns when nothing is left of it. Closing twice is closing once. */
    @Override
    void close() throws IOException;
}
