package dev.nhd.intellij.shell.console;

import com.intellij.execution.process.ProcessHandler;
import com.intellij.execution.process.ProcessOutputTypes;
import dev.nhd.intellij.stream.Console;
import dev.nhd.intellij.stream.ConsoleStream;
import java.io.OutputStream;
import java.util.function.Consumer;

/** A stream of the daemon as a process of the IDE: text, input, stop, exit code. */
public final class StreamProcess extends ProcessHandler implements Console {
    private final Consumer<ConsoleStream> stop;
    private ConsoleStream stream;
    private boolean isGivenUp;

    /** @param stop ends the stream where the user stops it; called on the thread that draws, and so it must not wait */
    public StreamProcess(Consumer<ConsoleStream> stop) {
        this.stop = stop;
    }

    /** The stream, before anybody sees the process: what is typed goes there from the beginning. */
    public synchronized void take(ConsoleStream opened) {
        stream = opened;
        if (isGivenUp) {
            stop.accept(opened);
        }
    }

    @Override
    public void write(String text, boolean isError) {
        notifyTextAvailable(text, isError ? ProcessOutputTypes.STDERR : ProcessOutputTypes.STDOUT);
    }

    @Override
    public void say(String line) {
        notifyTextAvailable(line + "\n", ProcessOutputTypes.SYSTEM);
    }

    @Override
    public void ended(String words, int exitCode) {
        say("\n" + words);
        if (!isProcessTerminated()) {
            notifyProcessTerminated(exitCode);
        }
    }

    /** The console reads on: the end is told by the stream. What is not there yet is ended when it comes. */
    @Override
    protected synchronized void destroyProcessImpl() {
        isGivenUp = true;
        if (stream == null) {
            notifyProcessTerminated(1);
        } else {
            stop.accept(stream);
        }
    }

    @Override
    protected synchronized void detachProcessImpl() {
        if (stream != null) {
            stream.leave();
        }
        notifyProcessDetached();
    }

    /** Whoever closes its tab leaves it; what runs in the pod goes on. */
    @Override
    public boolean detachIsDefault() {
        return true;
    }

    @Override
    public synchronized OutputStream getProcessInput() {
        return stream == null ? OutputStream.nullOutputStream() : stream.stdin();
    }
}
