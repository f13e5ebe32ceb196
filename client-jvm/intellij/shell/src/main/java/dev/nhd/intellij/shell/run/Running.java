package dev.nhd.intellij.shell.run;

import com.intellij.execution.DefaultExecutionResult;
import com.intellij.execution.ExecutionResult;
import com.intellij.execution.filters.TextConsoleBuilderFactory;
import com.intellij.execution.ui.ConsoleView;
import com.intellij.openapi.fileEditor.FileDocumentManager;
import dev.nhd.client.DaemonException;
import dev.nhd.client.protocol.NamedCommand;
import dev.nhd.client.protocol.SessionStatus;
import dev.nhd.intellij.act.WaysOut;
import dev.nhd.intellij.run.Debugging;
import dev.nhd.intellij.shell.Desk;
import dev.nhd.intellij.shell.Notices;
import dev.nhd.intellij.shell.Tasks;
import dev.nhd.intellij.shell.Threads;
import dev.nhd.intellij.shell.console.Consoles;
import dev.nhd.intellij.shell.console.StreamProcess;
import dev.nhd.intellij.stream.ConsoleStream;

/** One run of a run configuration. */
final class Running {
    private final Desk desk;
    private final SessionStatus status;

    Running(Desk desk, SessionStatus status) {
        this.desk = desk;
        this.status = status;
    }

    /** Answers at once: the process is there, and what it is of comes when everything saved is in the pod. */
    ExecutionResult run(String command) {
        // What is typed and not saved would not be in the pod.
        FileDocumentManager.getInstance().saveAllDocuments();
        ConsoleView console = TextConsoleBuilderFactory.getInstance().createBuilder(desk.project).getConsole();
        StreamProcess process = Consoles.process(desk, this::told);
        console.attachToProcess(process);
        String name = status.workload().name();
        Tasks.Failed failed = error -> {
            told(error);
            process.ended(desk.messages.text(desk.messages.inWords(error)), 1);
        };
        Tasks.run(desk, name + ": " + command, failed, task -> {
            if (command.equals(NamedCommand.DEBUG)) {
                Debugging debugging = new Debugging(desk.nhd.daemon(), desk.streams, desk.texts);
                Debugging.Target target = debugging.prepare(status, process, stream -> begin(process, stream));
                Threads.draw(() -> new Attach(desk, this::told).attach(name, target));
            } else {
                begin(process, desk.streams.run(status, command, process));
            }
        });
        return new DefaultExecutionResult(console, process);
    }

    private static void begin(StreamProcess process, ConsoleStream stream) {
        process.take(stream);
        Threads.work(stream::read);
    }

    private void told(DaemonException error) {
        Notices.failed(desk, error.info(), new WaysOut.Circumstances(false, false, false), way -> { });
    }
}
