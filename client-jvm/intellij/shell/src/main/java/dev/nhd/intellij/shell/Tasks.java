package dev.nhd.intellij.shell;

import com.intellij.openapi.application.ApplicationManager;
import com.intellij.openapi.progress.ProgressIndicator;
import com.intellij.openapi.progress.ProgressManager;
import com.intellij.openapi.progress.Task;
import dev.nhd.client.DaemonException;
import dev.nhd.intellij.start.Starts;
import java.io.IOException;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Background tasks of the IDE: what waits for the daemon, with its steps, how far it is, and a way to give it up. */
public final class Tasks {
    private static final long CANCEL_LOOK_MILLIS = 200;

    private Tasks() {}

    /** What a task does, on a thread that may wait. */
    public interface Body {
        void run(Starts.Task task) throws DaemonException, IOException, InterruptedException;
    }

    /** Who is told that it failed. */
    public interface Failed {
        void told(DaemonException error);
    }

    /** A task that is interrupted where the user cancels it, which cancels its call at the daemon, too. */
    public static void run(Desk desk, String title, Failed failed, Body body) {
        queue(desk, title, (indicator, task) -> interruptibly(indicator, () -> body.run(task)), failed);
    }

    /** A task that looks by itself whether it is cancelled, as there is something to be put back then. */
    public static void runToItsEnd(Desk desk, String title, Failed failed, Body body) {
        queue(desk, title, (indicator, task) -> body.run(task), failed);
    }

    private interface Inner {
        void run(ProgressIndicator indicator, Starts.Task task) throws DaemonException, IOException, InterruptedException;
    }

    private static void queue(Desk desk, String title, Inner inner, Failed failed) {
        Task.Backgroundable background = new Task.Backgroundable(desk.project, title, true) {
            @Override
            public void run(ProgressIndicator indicator) {
                indicator.setIndeterminate(true);
                try {
                    inner.run(indicator, new Shown(indicator));
                } catch (DaemonException error) {
                    failed.told(error);
                } catch (IOException error) {
                    failed.told(Notices.ofFile(error));
                } catch (InterruptedException cancelled) {
                    // The user knows.
                    indicator.checkCanceled();
                }
            }
        };
        ProgressManager.getInstance().run(background);
    }

    private interface Waiting {
        void run() throws DaemonException, IOException, InterruptedException;
    }

    private static void interruptibly(ProgressIndicator indicator, Waiting waiting)
            throws DaemonException, IOException, InterruptedException {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Future<?> running = ApplicationManager.getApplication().executeOnPooledThread(() -> {
            try {
                waiting.run();
                done.complete(null);
            } catch (Throwable failed) {
                done.completeExceptionally(failed);
            }
        });
        while (true) {
            try {
                done.get(CANCEL_LOOK_MILLIS, TimeUnit.MILLISECONDS);
                return;
            } catch (TimeoutException notYet) {
                if (indicator.isCanceled()) {
                    running.cancel(true);
                    return;
                }
            } catch (ExecutionException failed) {
                throw thrown(failed.getCause());
            }
        }
    }

    private static RuntimeException thrown(Throwable cause) throws DaemonException, IOException, InterruptedException {
        if (cause instanceof DaemonException error) {
            throw error;
        }
        if (cause instanceof IOException error) {
            throw error;
        }
        if (cause instanceof InterruptedException cancelled) {
            throw cancelled;
        }
        return new IllegalStateException("a background task failed", cause);
    }

    /** A start's view of the bar. */
    private record Shown(ProgressIndicator indicator) implements Starts.Task {
        @Override
        public void says(String words) {
            indicator.setText(words);
        }

        @Override
        public void isAt(OptionalDouble fraction) {
            indicator.setIndeterminate(fraction.isEmpty());
            fraction.ifPresent(indicator::setFraction);
        }

        @Override
        public boolean isCancelled() {
            return indicator.isCanceled();
        }
    }
}
