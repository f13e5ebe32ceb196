package dev.nhd.client;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Writes a channel, on a thread that nobody interrupts: a channel closes when a thread is interrupted while it uses it,
 * and one cancelled task of a plugin would end the connection of all others.
 */
final class ChannelOutput extends OutputStream {
    private final SocketChannel channel;
    private final Executor writer;

    ChannelOutput(SocketChannel channel, Executor writer) {
        this.channel = channel;
        this.writer = writer;
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
        try {
            CompletableFuture.runAsync(() -> writeAll(buffer), writer).join();
        } catch (CompletionException failed) {
            throw new IOException("failed to write to the daemon's socket", failed.getCause());
        } catch (RejectedExecutionException closed) {
            throw new IOException("the connection to the daemon is closed", closed);
        }
    }

    private void writeAll(ByteBuffer buffer) {
        try {
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }
}
