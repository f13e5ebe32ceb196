package dev.nhd.intellij.shell.console;

import com.intellij.execution.ExecutionManager;
import com.intellij.execution.Executor;
import com.intellij.execution.executors.DefaultRunExecutor;
import com.intellij.execution.filters.TextConsoleBuilderFactory;
import com.intellij.execution.ui.ConsoleView;
import com.intellij.execution.ui.RunContentDescriptor;
import dev.nhd.client.DaemonException;
import dev.nhd.client.protocol.StreamKind;
import dev.nhd.intellij.shell.Desk;
import dev.nhd.intellij.shell.Tasks;
import dev.nhd.intellij.shell.Threads;
import dev.nhd.intellij.stream.Console;
import dev.nhd.intellij.stream.ConsoleStream;

/** Shows streams as tabs of the Run window. */
public final class Consoles {
    private Consoles() {}

    /** Opens a stream that writes to a console. Blocks. */
    public interface Opening {
        ConsoleStream open(Console console) throws DaemonException, InterruptedException;
    }

    /** Opens the stream, and once it is there a tab for it. */
    public static void show(Desk desk, String title, Tasks.Failed failed, Opening opening) {
        StreamProcess process = process(desk, failed);
        Tasks.run(desk, title, failed, task -> tab(desk, title, process, opening.open(process)));
    }

    /** A process for a stream that is not there yet. */
    public static StreamProcess process(Desk desk, Tasks.Failed failed) {
        return new StreamProcess(stream -> Threads.work(() -> end(desk, stream, failed)));
    }

    /** Shows the stream, and reads it from then on. From any thread. */
    public static void tab(Desk desk, String title, StreamProcess process, ConsoleStream stream) {
        process.take(stream);
        Threads.draw(() -> {
            ConsoleView console = TextConsoleBuilderFactory.getInstance().createBuilder(desk.project).getConsole();
            console.attachToProcess(process);
            RunContentDescriptor descriptor =
                    new RunContentDescriptor(console, process, console.getComponent(), title);
            Executor executor = DefaultRunExecutor.getRunExecutorInstance();
            ExecutionManager.getInstance(desk.project).getContentManager().showRunContent(executor, descriptor);
            process.startNotify();
            Threads.work(stream::read);
        });
    }

    private static void end(Desk desk, ConsoleStream stream, Tasks.Failed failed) {
        try {
            // A log has no process that could be ended.
            if (stream.status().kind().equals(StreamKind.LOG)) {
                stream.leave();
            } else {
                desk.streams.end(stream.status());
            }
        } catch (DaemonException error) {
            failed.told(error);
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }
}
