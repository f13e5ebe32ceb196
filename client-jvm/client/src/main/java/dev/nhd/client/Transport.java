package dev.nhd.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** The bytes to and from a daemon. */
public interface Transport extends AutoCloseable {
    InputStream input() throws IOException;

    OutputStream output() throws IOException;

    /** Why the connection ended, as far as the other side said so. */
    String lastWords();

    /** Returns when nothing is left of it. */
    @Override
    void close() throws IOException;
}
