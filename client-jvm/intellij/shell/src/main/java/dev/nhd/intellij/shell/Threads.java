package dev.nhd.intellij.shell;

import com.intellij.openapi.application.ApplicationManager;
import com.intellij.openapi.application.ModalityState;

/** The two places where things run: the thread that draws, and those that may wait. */
public final class Threads {
    private Threads() {}

    /** Runs tasks on the thread that draws, one after the other, whatever dialog is open. */
    public static void draw(Runnable task) {
        ApplicationManager.getApplication().invokeLater(task, ModalityState.any());
    }

    /** Runs a task that may wait. */
    public static void work(Runnable task) {
        ApplicationManager.getApplication().executeOnPooledThread(task);
    }
}
