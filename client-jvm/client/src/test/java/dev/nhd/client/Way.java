package dev.nhd.client;

import java.io.IOException;

/** The two ways to a daemon. */
enum Way {
    SOCKET {
        @Override
        Transport open(Laptop laptop) throws IOException, DaemonException {
            return new SocketTransport(DaemonSocket.find(Laptop.cli(), laptop.environment()));
        }
    },
    STDIO {
        @Override
        Transport open(Laptop laptop) throws IOException {
            return new StdioTransport(Laptop.cli(), laptop.environment());
        }
    };

    /** Starts the daemon where none runs. */
    abstract Transport open(Laptop laptop) throws IOException, DaemonException;
}
