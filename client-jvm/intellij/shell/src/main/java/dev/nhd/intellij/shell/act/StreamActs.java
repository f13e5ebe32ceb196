package dev.nhd.intellij.shell.act;

import com.intellij.openapi.fileEditor.FileDocumentManager;
import dev.nhd.client.protocol.NamedCommand;
import dev.nhd.client.protocol.SessionStatus;
import dev.nhd.client.protocol.StreamStatus;
import dev.nhd.intellij.act.Act;
import dev.nhd.intellij.shell.Desk;
import dev.nhd.intellij.shell.Tasks;
import dev.nhd.intellij.shell.console.Consoles;
import dev.nhd.intellij.shell.run.Attach;
import dev.nhd.intellij.tree.Subject;

/** Terminals, logs, commands and the debugger. */
final class StreamActs {
    private final Desk desk;
    private final PlaceActs places;

    StreamActs(Desk desk, PlaceActs places) {
        this.desk = desk;
        this.places = places;
    }

    void perform(Act act, Subject subject, SessionStatus status) {
        String name = name(subject, status);
        switch (act) {
            case OPEN_TERMINAL -> show(name, status, console -> status == null
                    ? desk.streams.terminal((Subject.Workload) subject, console)
                    : desk.streams.terminal(status, console));
            case FOLLOW_LOG, PREVIOUS_LOG -> log(name, subject, status, act == Act.PREVIOUS_LOG);
            case BUILD -> run(status, NamedCommand.BUILD);
            case RUN -> run(status, NamedCommand.RUN);
            case DEBUG -> {
                FileDocumentManager.getInstance().saveAllDocuments();
                new Attach(desk, error -> places.told(error, status)).debug(status);
            }
            case SHOW_STREAM -> {
                StreamStatus stream = ((Subject.Stream) subject).stream();
                show(name, status, console -> desk.streams.attach(stream, console));
            }
            case END_STREAM -> {
                StreamStatus stream = ((Subject.Stream) subject).stream();
                Tasks.run(desk, name, error -> places.told(error, status), task -> desk.streams.end(stream));
            }
            default -> throw new IllegalArgumentException(act.name());
        }
    }

    private void run(SessionStatus status, String command) {
        // What is typed and not saved would not be in the pod.
        FileDocumentManager.getInstance().saveAllDocuments();
        show(status.workload().name() + ": " + command, status, console -> desk.streams.run(status, command, console));
    }

    private void log(String name, Subject subject, SessionStatus status, boolean isPrevious) {
        show(desk.texts.t("{0}: log", name), status, console -> status == null
                ? desk.streams.log((Subject.Workload) subject, isPrevious, console)
                : desk.streams.log(status, isPrevious, console));
    }

    private void show(String title, SessionStatus status, Consoles.Opening opening) {
        Consoles.show(desk, title, error -> places.told(error, status), opening);
    }

    private static String name(Subject subject, SessionStatus status) {
        if (status != null) {
            return status.workload().name();
        }
        return subject instanceof Subject.Stream stream
                ? stream.stream().workload().name()
                : ((Subject.Workload) subject).summary().workload().name();
    }
}
