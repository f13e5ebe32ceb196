package dev.nhd.intellij;

import dev.nhd.client.Wait;
import dev.nhd.intellij.stream.Console;
import dev.nhd.intellij.stream.ConsoleStream;

/** A console that remembers. */
final class Screen implements Console {
    private final StringBuffer text = new StringBuffer();
    private volatile Integer exitCode;

    @Override
    public void write(String written, boolean isError) {
        text.append(written);
    }

    @Override
    public void say(String line) {
        text.append(line).append('\n');
    }

    @Override
    public void ended(String words, int code) {
        text.append(words).append('\n');
        exitCode = code;
    }

    /** As a console does: on a thread of its own. */
    void show(ConsoleStream stream) {
        Thread reader = new Thread(stream::read, "console");
        reader.setDaemon(true);
        reader.start();
    }

    String text() {
        return text.toString();
    }

    Integer exitCode() {
        return exitCode;
    }

    void await(String wanted) throws Exception {
        Wait.until("'" + wanted + "' on the console, which has: " + text, Desk.LIMIT, () -> text().contains(wanted));
    }
}
