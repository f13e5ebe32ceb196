package dev.nhd.client;

import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Keeps what was sent and received: lsp4j tells neither of a request that it no longer waits for. */
final class RecordingTransport implements Transport {
    private final Transport transport;
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();

    RecordingTransport(Transport transport) {
        this.transport = transport;
    }

    String sent() {
        return sent.toString(StandardCharsets.UTF_8);
    }

    String received() {
        return received.toString(StandardCharsets.UTF_8);
    }

    @Override
    public InputStream input() throws IOException {
        return new FilterInputStream(transport.input()) {
            @Override
            public int read() throws IOException {
                int one = super.read();
                if (one >= 0) {
                    received.write(one);
                }
                return one;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                int count = super.read(bytes, offset, length);
                if (count > 0) {
                    received.write(bytes, offset, count);
                }
                return count;
            }
        };
    }

    @Override
    public OutputStream output() throws IOException {
        return new FilterOutputStream(transport.output()) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                sent.write(bytes, offset, length);
                out.write(bytes, offset, length);
            }
        };
    }

    @Override
    public String lastWords() {
        return transport.lastWords();
    }

    @Override
    public void close() throws IOException {
        transport.close();
    }
}
