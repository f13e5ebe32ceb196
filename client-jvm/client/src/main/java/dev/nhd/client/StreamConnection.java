package dev.nhd.client;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import dev.nhd.client.protocol.StreamEnd;
import dev.nhd.client.protocol.StreamNotice;
import dev.nhd.client.protocol.StreamOpened;
import dev.nhd.client.protocol.StreamOrigin;
import dev.nhd.client.protocol.StreamTicket;
import dev.nhd.client.protocol.TerminalSize;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The connection of one terminal, command or log, apart from that of the calls. Its output is read with {@link #next}; what
 * nobody reads makes the process in the pod wait, as a full pipe does, and delays no call. One thread may read while
 * others write.
 */
public final class StreamConnection implements AutoCloseable {
    /** The largest payload that goes into one frame. */
    private static final int LARGEST_PAYLOAD = 64 << 10;
    /** Longer than any frame of a daemon. */
    private static final int LARGEST_TAKEN = 16 << 20;
    private static final int STDIN = 0;
    private static final int STDOUT = 1;
    private static final int STDERR = 2;
    private static final int RESIZE = 3;
    private static final int SIGNAL = 4;
    private static final int EOF = 5;
    private static final int OPENED = 6;
    private static final int ORIGIN = 7;
    private static final int NOTICE = 8;
    private static final int END = 9;

    private final Gson gson = new Gson();
    private final SocketTransport transport;
    private final DataInputStream input;
    private final OutputStream output;
    private final StreamOpened opened;

    /** What a stream says. */
    public sealed interface Frame permits Output, Origin, Notice, End {}

    /**
     * Bytes that the process wrote, cut anywhere, also in the midst of a character.
     *
     * @param bytes the bytes
     * @param error whether they are of standard error
     */
    public record Output(byte[] bytes, boolean error) implements Frame {}

    /**
     * Where the lines of a log that follow come from.
     *
     * @param origin the pod and the container
     */
    public record Origin(StreamOrigin origin) implements Frame {}

    /**
     * Something that is worth a line.
     *
     * @param notice what there is to say
     */
    public record Notice(StreamNotice notice) implements Frame {}

    /**
     * The last one.
     *
     * @param end how it ended
     */
    public record End(StreamEnd end) implements Frame {}

    /**
     * Opens the connection of a ticket. Blocks until the daemon has answered.
     *
     * @param socket the daemon's socket
     * @param ticket what {@code terminal.open}, {@code exec.start}, {@code log.follow} or an {@code attach} answered with
     * @throws IOException where nothing listens on the socket, or the ticket was used or is too old
     */
    public StreamConnection(Path socket, StreamTicket ticket) throws IOException {
        transport = new SocketTransport(socket);
        input = new DataInputStream(transport.input());
        output = transport.output();
        try {
            output.write(("NHD-STREAM/1 " + ticket.token() + "\n").getBytes(StandardCharsets.US_ASCII));
            output.flush();
            int type = input.readUnsignedByte();
            byte[] payload = payload();
            if (type != OPENED) {
                StreamEnd end = gson.fromJson(text(payload), StreamEnd.class);
                throw new IOException("the daemon did not open the stream: " + end.message());
            }
            opened = gson.fromJson(text(payload), StreamOpened.class);
        } catch (IOException error) {
            transport.close();
            throw error;
        }
    }

    /**
     * What the daemon said first.
     *
     * @return what is known of the stream, and how much of what it wrote before follows
     */
    public StreamOpened opened() {
        return opened;
    }

    /**
     * The next that it says. Blocks until there is something.
     *
     * @return the next; after {@link End} there is nothing more
     * @throws IOException where the connection is lost or was closed
     */
    public Frame next() throws IOException {
        while (true) {
            int type = input.readUnsignedByte();
            byte[] payload = payload();
            switch (type) {
                case STDOUT, STDERR -> {
                    return new Output(payload, type == STDERR);
                }
                case ORIGIN -> {
                    return new Origin(gson.fromJson(text(payload), StreamOrigin.class));
                }
                case NOTICE -> {
                    return new Notice(gson.fromJson(text(payload), StreamNotice.class));
                }
                case END -> {
                    return new End(gson.fromJson(text(payload), StreamEnd.class));
                }
                default -> {
                    // What a later daemon may send.
                }
            }
        }
    }

    /**
     * Standard input. A write blocks until the daemon has room for it; closing it ends the process' standard input, and not
     * the connection.
     *
     * @return what takes the bytes
     */
    public OutputStream stdin() {
        return new OutputStream() {
            @Override
            public void write(int one) throws IOException {
                write(new byte[] {(byte) one}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                for (int at = 0; at < length; at += LARGEST_PAYLOAD) {
                    send(STDIN, bytes, offset + at, Math.min(LARGEST_PAYLOAD, length - at));
                }
            }

            @Override
            public void close() throws IOException {
                send(EOF, new byte[0], 0, 0);
            }
        };
    }

    /**
     * Changes the size of the terminal.
     *
     * @param size its size in characters
     * @throws IOException where the connection is lost or was closed
     */
    public void resize(TerminalSize size) throws IOException {
        send(RESIZE, gson.toJson(size));
    }

    /**
     * Sends a signal; {@code exec.signal} also says whether it arrived.
     *
     * @param signal one of {@link dev.nhd.client.protocol.Signal}
     * @throws IOException where the connection is lost or was closed
     */
    public void signal(String signal) throws IOException {
        JsonObject asked = new JsonObject();
        asked.addProperty("signal", signal);
        send(SIGNAL, asked.toString());
    }

    /** Leaves it. A command that is not detached is killed by that, a terminal goes on. */
    @Override
    public void close() throws IOException {
        transport.close();
    }

    private void send(int type, String json) throws IOException {
        byte[] payload = json.getBytes(StandardCharsets.UTF_8);
        send(type, payload, 0, payload.length);
    }

    private void send(int type, byte[] bytes, int offset, int length) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(5 + length);
        frame.put((byte) type).putInt(length).put(bytes, offset, length);
        synchronized (output) {
            output.write(frame.array());
            output.flush();
        }
    }

    private byte[] payload() throws IOException {
        int length = input.readInt();
        if (length < 0 || length > LARGEST_TAKEN) {
            throw new IOException("a frame of " + length + " bytes, which no daemon sends");
        }
        byte[] payload = input.readNBytes(length);
        if (payload.length < length) {
            throw new EOFException("the daemon closed the connection in the midst of a frame");
        }
        return payload;
    }

    private static String text(byte[] payload) {
        return new String(payload, StandardCharsets.UTF_8);
    }
}
