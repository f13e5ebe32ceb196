package dev.nhd.intellij.shell.status;

import com.intellij.openapi.fileEditor.FileEditorManager;
import com.intellij.openapi.vfs.VirtualFile;
import com.intellij.openapi.wm.StatusBar;
import com.intellij.openapi.wm.StatusBarWidget;
import com.intellij.openapi.wm.ToolWindow;
import com.intellij.openapi.wm.ToolWindowManager;
import com.intellij.util.Consumer;
import dev.nhd.client.protocol.SessionStatus;
import dev.nhd.intellij.daemon.DaemonState;
import dev.nhd.intellij.model.Folders;
import dev.nhd.intellij.shell.Desk;
import dev.nhd.intellij.shell.Threads;
import dev.nhd.intellij.tree.SessionRows;
import java.awt.Component;
import java.awt.event.MouseEvent;
import java.nio.file.Path;
import java.util.List;

/** What is in DevMode of the file that is being edited, else of the project; empty where nothing is. */
public final class StatusWidget implements StatusBarWidget, StatusBarWidget.TextPresentation {
    static final String ID = "dev.nhd.intellij.status";

    private final Desk desk;
    private final SessionRows rows;
    private final java.util.function.Consumer<String> listener = session -> look();
    private final Runnable stateListener = this::look;
    private StatusBar bar;

    public StatusWidget(Desk desk) {
        this.desk = desk;
        rows = new SessionRows(desk.texts);
        desk.nhd.sessions().onChange(listener);
        desk.nhd.daemon().onState(stateListener);
    }

    @Override
    public String ID() {
        return ID;
    }

    @Override
    public void install(StatusBar statusBar) {
        bar = statusBar;
        // Looks for a daemon that runs, and starts none.
        Threads.work(() -> {
            try {
                desk.nhd.daemon().attach();
            } catch (InterruptedException closing) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void look() {
        Threads.draw(() -> {
            if (bar != null) {
                bar.updateWidget(ID);
            }
        });
    }

    private List<SessionStatus> here() {
        String base = desk.project.getBasePath();
        VirtualFile[] edited = FileEditorManager.getInstance(desk.project).getSelectedFiles();
        Path file = edited.length == 0 || !edited[0].isInLocalFileSystem() ? null : Path.of(edited[0].getPath());
        return Folders.here(desk.nhd.sessions().live(), file, base == null ? List.of() : List.of(Path.of(base)));
    }

    private String summary(SessionStatus status) {
        return rows.summary(status, desk.nhd.sessions(), desk.nhd.daemon().state() == DaemonState.AWAY);
    }

    @Override
    public String getText() {
        List<SessionStatus> here = here();
        if (here.isEmpty()) {
            return "";
        }
        String more = here.size() == 1 ? "" : " +" + (here.size() - 1);
        return here.get(0).workload().name() + ": " + summary(here.get(0)) + more;
    }

    @Override
    public String getTooltipText() {
        List<SessionStatus> here = here();
        return here.isEmpty() ? "nhd" : rows.tooltip(here.get(0), summary(here.get(0)));
    }

    @Override
    public float getAlignment() {
        return Component.CENTER_ALIGNMENT;
    }

    @Override
    public Consumer<MouseEvent> getClickConsumer() {
        return event -> {
            ToolWindow window = ToolWindowManager.getInstance(desk.project).getToolWindow("nhd");
            if (window != null) {
                window.activate(null);
            }
        };
    }

    /** Of earlier platforms. */
    @Override
    public WidgetPresentation getPresentation(PlatformType type) {
        return this;
    }

    /** The same of later ones, which have no types. */
    public WidgetPresentation getPresentation() {
        return this;
    }

    @Override
    public void dispose() {
        bar = null;
        desk.nhd.sessions().forget(listener);
        desk.nhd.daemon().forget(stateListener);
    }
}
