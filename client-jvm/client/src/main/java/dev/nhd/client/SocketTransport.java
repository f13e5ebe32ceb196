package dev.nhd.client;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Connects to the socket of a daemon that runs, which {@link DaemonSocket} finds. */
public final class SocketTransport implements Transport {
    private final SocketChannel channel;
    private final ExecutorService writer = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "nhd socket writer");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * Connects.
     *
     * @param socket the daemon's socket
     * @throws IOException where nothing listens on it
     */
    public SocketTransport(Path socket) throws IOException {
        channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    }

    @Override
    public InputStream input() {
        // lsp4j reads headers byte by byte.
        return new BufferedInputStream(new ChannelInput(channel));
    }

    @Override
    public OutputStream output() {
        return new BufferedOutputStream(new ChannelOutput(channel, writer));
    }

    @Override
    public String lastWords() {
        return "the daemon closed the connection";
    }

    @Override
    public void close() throws IOException {
        channel.close();
        writer.shutdown();
    }
}
