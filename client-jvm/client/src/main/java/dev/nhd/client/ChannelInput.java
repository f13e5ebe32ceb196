package dev.nhd.client;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;

/**
 * Reads a channel. {@code Channels.newInputStream} will not do: until Java 19 its reads hold a lock that the writes of
 * the same channel need, so that nothing is sent before something has come.
 */
final class ChannelInput extends InputStream {
    private final SocketChannel channel;

    ChannelInput(SocketChannel channel) {
        this.channel = channel;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        try {
            return channel.read(ByteBuffer.wrap(bytes, offset, length));
        } catch (ClosedChannelException closedHere) {
            return -1;
        }
    }
}
