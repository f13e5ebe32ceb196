package dev.nhd.intellij.start;

import dev.nhd.client.DaemonException;
import dev.nhd.client.protocol.EndParams;
import dev.nhd.client.protocol.EndResult;
import dev.nhd.client.protocol.ErrorInfo;
import dev.nhd.client.protocol.ErrorKind;
import dev.nhd.client.protocol.PlanResult;
import dev.nhd.client.protocol.ReleaseParams;
import dev.nhd.client.protocol.SessionStatus;
import dev.nhd.client.protocol.StartParams;
import dev.nhd.intellij.daemon.Daemon;
import dev.nhd.intellij.model.Sessions;
import dev.nhd.intellij.settings.Memory;
import dev.nhd.intellij.words.Texts;
import dev.nhd.intellij.words.Words;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Starts, plans, ends and takeovers. Each blocks until it has come out, so it runs as a background task. */
public final class Starts {
    /** How often a task looks whether the user has cancelled it; what happens comes by events. */
    private static final long CANCEL_LOOK_MILLIS = 200;

    private final Daemon daemon;
    private final Sessions sessions;
    private final Memory memory;
    private final Texts texts;
    private final Words words;

    /** A background task, as a start sees it. */
    public interface Task {
        /** @param words what is done now */
        void says(String words);

        /** @param fraction from 0 to 1, and never less than before; empty where it is not known */
        void isAt(OptionalDouble fraction);

        boolean isCancelled();
    }

    public Starts(Daemon daemon, Sessions sessions, Memory memory, Texts texts) {
        this.daemon = daemon;
        this.sessions = sessions;
        this.memory = memory;
        this.texts = texts;
        words = new Words(texts);
    }

    /** Says what a start would change. */
    public PlanResult plan(StartRequest request) throws DaemonException, InterruptedException {
        return daemon.client().plan(request.params(daemon));
    }

    /**
     * Until it is synced, or given up by the user, which ends it. What goes wrong is thrown, the session's own error, too.
     */
    public Outcome start(StartRequest request, Task task) throws DaemonException, InterruptedException {
        StartParams params = request.params(daemon);
        SessionStatus status = daemon.client().start(params);
        sessions.replace(status);
        // Under both names: the one that was asked with, and the one that the daemon found.
        memory.keep(request.place().context(), request.workload(), request.choices());
        memory.keep(status.context(), status.workload(), request.choices());
        Outcome outcome = watch(status.session(), true, task);
        if (outcome == Outcome.CANCELLED) {
            end(status, task);
        }
        return outcome;
    }

    /** Goes on watching a start that was begun elsewhere, or before the IDE was restarted. */
    public Outcome resume(SessionStatus status, boolean isStart, Task task)
            throws DaemonException, InterruptedException {
        return watch(status.session(), isStart, task);
    }

    /** Until the workload is as it was. What is saved here stays here, and a start brings it back. */
    public Outcome end(SessionStatus status, Task task) throws DaemonException, InterruptedException {
        EndParams params = new EndParams()
                .withSession(status.session())
                .withEnvironment(daemon.environmentFor(Path.of(status.source())));
        EndResult ending = daemon.client().call(methods -> methods.sessionEnd(params));
        ending.sessions().forEach(sessions::replace);
        return watch(status.session(), false, task);
    }

    /** Ends what somebody else began, by the record in the cluster, then starts here. */
    public Outcome takeOver(StartRequest request, Task task) throws DaemonException, InterruptedException {
        ReleaseParams params = new ReleaseParams(request.workload().kind(), request.workload().name())
                .withKubeconfig(request.place().kubeconfig())
                .withContext(request.place().context())
                .withNamespace(request.workload().namespace())
                .withEnvironment(daemon.environmentFor(null));
        SessionStatus released = daemon.client().call(methods -> methods.sessionRelease(params));
        sessions.replace(released);
        watch(released.session(), false, task);
        return start(request, task);
    }

    /** Events tell; between them this sleeps. */
    private Outcome watch(String session, boolean isStart, Task task) throws DaemonException, InterruptedException {
        Semaphore news = new Semaphore(1);
        Consumer<String> listener = changed -> {
            if (changed == null || changed.equals(session)) {
                news.release();
            }
        };
        sessions.onChange(listener);
        try {
            double reached = 0;
            while (true) {
                boolean isNews = news.tryAcquire(CANCEL_LOOK_MILLIS, TimeUnit.MILLISECONDS);
                if (isStart && task.isCancelled()) {
                    return Outcome.CANCELLED;
                }
                if (!isNews) {
                    continue;
                }
                news.drainPermits();
                SessionStatus status = sessions.get(session).orElse(null);
                var outcome = Progress.outcome(status, isStart);
                if (outcome.isPresent()) {
                    if (outcome.get() == Outcome.FAILED) {
                        throw new DaemonException(errorOf(status));
                    }
                    return outcome.get();
                }
                String step = sessions.step(session);
                task.says(words.progress(status, step));
                OptionalDouble fraction = Progress.fraction(status, step);
                reached = Math.max(reached, fraction.orElse(0));
                task.isAt(fraction.isPresent() ? OptionalDouble.of(reached) : fraction);
            }
        } finally {
            sessions.forget(listener);
        }
    }

    /** The session's own error, to be told like any other. */
    private ErrorInfo errorOf(SessionStatus status) {
        ErrorInfo error = status.error();
        return error == null
                ? new ErrorInfo(
                        ErrorKind.INTERNAL, texts.t("it failed without saying why"), Map.of(), null, null, null,
                        status.session())
                : new ErrorInfo(
                        error.kind(), error.message(), error.arguments(), error.code(), error.data(), error.hint(),
                        status.session());
    }
}
