package dev.nhd.intellij.stream;

import dev.nhd.client.StreamConnection;
import dev.nhd.client.protocol.EndReason;
import dev.nhd.client.protocol.StreamEnd;
import dev.nhd.client.protocol.StreamStatus;
import dev.nhd.intellij.words.Texts;
import java.io.IOException;
import java.io.OutputStream;

/** One stream that a console shows. Its text is without what only a terminal understands. */
public final class ConsoleStream {
    private final StreamConnection stream;
    private final Console console;
    private final Endings endings;
    private final Texts texts;
    private final Decoder outDecoder = new Decoder();
    private final Decoder errorDecoder = new Decoder();
    private final Escapes outEscapes = new Escapes();
    private final Escapes errorEscapes = new Escapes();
    private volatile boolean isLeft;

    /** Reads nothing before {@link #read}. */
    public ConsoleStream(StreamConnection stream, Console console, Texts texts) {
        this.stream = stream;
        this.console = console;
        this.texts = texts;
        endings = new Endings(texts);
    }

    /** @return what the daemon said of it when it was opened */
    public StreamStatus status() {
        return stream.opened().stream();
    }

    /** Where what is typed goes. A write blocks until the daemon has room for it. */
    public OutputStream stdin() {
        return stream.stdin();
    }

    /** Hands on all that it says, until its end. Blocks so long: for a thread of its own. */
    public void read() {
        if (stream.opened().cut()) {
            console.say(texts.t("what was written before is gone"));
        }
        StreamEnd end = null;
        try {
            while (end == null) {
                end = take(stream.next());
            }
            stream.close();
        } catch (IOException broken) {
            end = isLeft ? new StreamEnd(EndReason.CLOSED, null, null) : null;
        }
        String words = end == null ? endings.broken() : endings.words(end);
        int code = end == null || end.exitCode() == null ? 1 : end.exitCode().intValue();
        boolean isWanted = end != null && end.reason().equals(EndReason.CLOSED);
        console.ended(words, isWanted ? 0 : code);
    }

    private StreamEnd take(StreamConnection.Frame frame) {
        if (frame instanceof StreamConnection.Output output) {
            String decoded = (output.error() ? errorDecoder : outDecoder).text(output.bytes());
            String text = (output.error() ? errorEscapes : outEscapes).without(decoded);
            if (!text.isEmpty()) {
                console.write(text, output.error());
            }
        } else if (frame instanceof StreamConnection.Origin origin) {
            console.say(origin.origin().pod() + " " + origin.origin().container());
        } else if (frame instanceof StreamConnection.Notice notice) {
            console.say(notice.notice().message());
        } else if (frame instanceof StreamConnection.End last) {
            return last.end();
        }
        return null;
    }

    /** Leaves it. A command that is not detached ends by that, a terminal goes on. */
    public void leave() {
        isLeft = true;
        try {
            stream.close();
        } catch (IOException gone) {
            // It is closed, which is what is wanted.
            isLeft = true;
        }
    }
}
