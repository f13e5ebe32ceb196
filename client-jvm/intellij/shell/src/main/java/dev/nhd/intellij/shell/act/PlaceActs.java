package dev.nhd.intellij.shell.act;

import com.intellij.openapi.fileEditor.FileEditorManager;
import com.intellij.openapi.fileEditor.OpenFileDescriptor;
import com.intellij.openapi.ide.CopyPasteManager;
import com.intellij.openapi.options.ShowSettingsUtil;
import com.intellij.openapi.vfs.LocalFileSystem;
import com.intellij.openapi.vfs.VirtualFile;
import com.intellij.openapi.wm.ToolWindow;
import com.intellij.openapi.wm.ToolWindowManager;
import com.intellij.testFramework.LightVirtualFile;
import dev.nhd.client.DaemonException;
import dev.nhd.client.protocol.DoctorParams;
import dev.nhd.client.protocol.DoctorReport;
import dev.nhd.client.protocol.ErrorInfo;
import dev.nhd.client.protocol.ErrorLocation;
import dev.nhd.client.protocol.SessionStatus;
import dev.nhd.client.protocol.WorkloadRef;
import dev.nhd.intellij.act.Act;
import dev.nhd.intellij.act.WayOut;
import dev.nhd.intellij.act.WaysOut;
import dev.nhd.intellij.doctor.DoctorPage;
import dev.nhd.intellij.doctor.Scaffold;
import dev.nhd.intellij.settings.Memory;
import dev.nhd.intellij.settings.Place;
import dev.nhd.intellij.shell.Desk;
import dev.nhd.intellij.shell.Notices;
import dev.nhd.intellij.shell.SettingsPage;
import dev.nhd.intellij.shell.Tasks;
import dev.nhd.intellij.shell.Threads;
import dev.nhd.intellij.tree.Subject;
import dev.nhd.intellij.words.Words;
import java.awt.datatransfer.StringSelection;
import java.nio.file.Path;

/** What is about places, files and the daemon itself; and the ways out that belong to no one act. */
public final class PlaceActs {
    private final Desk desk;
    private Runnable refresh = () -> { };

    public PlaceActs(Desk desk) {
        this.desk = desk;
    }

    void onRefresh(Runnable task) {
        refresh = task;
    }

    void perform(Act act, Subject subject, SessionStatus status) {
        switch (act) {
            case CHOOSE_CONTEXT -> desk.target.chooseContext(((Subject.Context) subject).entry().name());
            case CHOOSE_NAMESPACE -> {
                Place place = ((Subject.Namespace) subject).place();
                desk.target.chooseNamespace(place.namespace(), place.context());
            }
            case CREATE_CONFIG -> createConfiguration((Subject.Workload) subject);
            case COPY_NAME -> CopyPasteManager.getInstance().setContents(new StringSelection(name(subject, status)));
            case DISMISS -> desk.nhd.sessions().dismiss(status.session());
            case START_DAEMON -> Tasks.run(desk, desk.texts.t("Start nhd"), error -> told(error, null), task ->
                    desk.nhd.daemon().client());
            default -> throw new IllegalArgumentException(act.name());
        }
    }

    private static String name(Subject subject, SessionStatus status) {
        WorkloadRef workload = status != null ? status.workload() : ((Subject.Workload) subject).summary().workload();
        return Words.workload(workload);
    }

    private void createConfiguration(Subject.Workload workload) {
        WorkloadRef reference = workload.summary().workload();
        Memory.Choices last = desk.memory.of(workload.place().context(), reference);
        String folder = last.source() == null ? desk.project.getBasePath() : last.source();
        if (folder == null) {
            return;
        }
        Tasks.run(desk, desk.texts.t("Create a Dev Configuration"), error -> told(error, null), task -> {
            Path file = Scaffold.create(desk.nhd.daemon(), workload.place(), reference, Path.of(folder));
            open(file.toString(), 0, 0);
        });
    }

    /** The report as a page of the editor: it holds nothing secret and can be copied. */
    public void doctor() {
        Place place = desk.target.place();
        Tasks.run(desk, desk.texts.t("nhd looks for what is wrong"), error -> told(error, null), task -> {
            DoctorParams params = new DoctorParams()
                    .withKubeconfig(place.kubeconfig())
                    .withContext(place.context())
                    .withNamespace(place.namespace())
                    .withEnvironment(desk.nhd.daemon().environmentFor(null));
            DoctorReport report = desk.nhd.daemon().client().call(methods -> methods.daemonDoctor(params));
            LightVirtualFile page = new LightVirtualFile("nhd doctor.txt", new DoctorPage(desk.texts).of(report));
            page.setWritable(false);
            Threads.draw(() -> FileEditorManager.getInstance(desk.project).openFile(page, true));
        });
    }

    /** A failure that is about no start. */
    void told(DaemonException error, SessionStatus status) {
        var circumstances = new WaysOut.Circumstances(false, status != null, false);
        Notices.failed(desk, error.info(), circumstances, way -> go(way, error.info(), status));
    }

    void go(WayOut way, ErrorInfo error, SessionStatus status) {
        switch (way) {
            case OPEN_SETTINGS -> ShowSettingsUtil.getInstance().showSettingsDialog(desk.project, SettingsPage.class);
            case RESTART_DAEMON -> Tasks.run(desk, desk.texts.t("Restart nhd"), failed -> told(failed, null), task ->
                    desk.nhd.daemon().restart());
            case DOCTOR -> doctor();
            case OPEN_CONFIGURATION -> {
                ErrorLocation at = error.data() == null ? null : error.data().location();
                if (at != null) {
                    Threads.work(() -> open(at.file(), (int) at.line() - 1, (int) at.column() - 1));
                }
            }
            case RESUME_SYNC -> new ForwardActs(desk, this).perform(Act.RESUME_SYNC, new Subject.Session(status), status);
            case CHOOSE_PORT -> new ForwardActs(desk, this).perform(Act.ADD_FORWARD, new Subject.Session(status), status);
            case END -> new StartActs(desk, this).end(status, () -> { });
            // They are chosen in the tree.
            case CHOOSE_CONTEXT, CHOOSE_NAMESPACE, SHOW_SESSION -> {
                refresh.run();
                ToolWindow window = ToolWindowManager.getInstance(desk.project).getToolWindow("nhd");
                if (window != null) {
                    window.activate(null);
                }
            }
            default -> throw new IllegalArgumentException(way.name());
        }
    }

    /** From a thread that may wait, as the file may be new to the IDE. */
    private void open(String path, int line, int column) {
        VirtualFile file = LocalFileSystem.getInstance().refreshAndFindFileByPath(path);
        if (file != null) {
            Threads.draw(() -> new OpenFileDescriptor(desk.project, file, line, column).navigate(true));
        }
    }
}
