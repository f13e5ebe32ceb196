package dev.nhd.intellij.shell.act;

import com.intellij.diff.DiffContentFactory;
import com.intellij.diff.DiffDialogHints;
import com.intellij.diff.DiffManager;
import com.intellij.diff.chains.SimpleDiffRequestChain;
import com.intellij.diff.requests.DiffRequest;
import com.intellij.diff.requests.SimpleDiffRequest;
import com.intellij.openapi.fileEditor.FileDocumentManager;
import com.intellij.openapi.fileTypes.FileType;
import com.intellij.openapi.fileTypes.FileTypeManager;
import dev.nhd.client.DaemonException;
import dev.nhd.client.protocol.DevModeOwner;
import dev.nhd.client.protocol.ErrorInfo;
import dev.nhd.client.protocol.PlanResult;
import dev.nhd.client.protocol.PlannedChange;
import dev.nhd.client.protocol.SessionStatus;
import dev.nhd.intellij.act.Act;
import dev.nhd.intellij.act.WayOut;
import dev.nhd.intellij.act.WaysOut;
import dev.nhd.intellij.settings.Memory;
import dev.nhd.intellij.shell.Desk;
import dev.nhd.intellij.shell.Notices;
import dev.nhd.intellij.shell.StoredSettings;
import dev.nhd.intellij.shell.Tasks;
import dev.nhd.intellij.shell.Threads;
import dev.nhd.intellij.start.StartForm;
import dev.nhd.intellij.start.StartRequest;
import dev.nhd.intellij.tree.Subject;
import dev.nhd.intellij.words.Messages;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Into DevMode and out of it. */
final class StartActs {
    private final Desk desk;
    private final PlaceActs places;

    StartActs(Desk desk, PlaceActs places) {
        this.desk = desk;
        this.places = places;
    }

    void perform(Act act, Subject subject, SessionStatus status) {
        if (act == Act.SHOW_ERROR) {
            ErrorInfo error = subject instanceof Subject.Failure failure ? failure.error() : status.error();
            StartRequest request = status == null ? null : StartRequest.of(status);
            told(error, request, status);
        } else if (act == Act.END) {
            end(status, () -> { });
        } else if (subject instanceof Subject.Workload workload && workload.own() == null) {
            StartRequest request =
                    new StartRequest(workload.place(), workload.summary().workload(), null, null, null);
            List<String> containers = workload.summary().containers();
            if (act == Act.TAKE_OVER) {
                DevModeOwner owner = workload.summary().devMode().owner();
                takeOver(request, containers, owner);
            } else {
                ask(request, containers, act == Act.PLAN);
            }
        } else if (status != null) {
            ask(StartRequest.of(status), List.of(), false);
        }
    }

    /** Finds out what is likely, asks, and goes on. */
    private void ask(StartRequest request, List<String> containers, boolean isPlan) {
        String title = desk.texts.t("Start DevMode: {0}", request.workload().name());
        Tasks.run(desk, title, error -> told(error.info(), request, null), task -> {
            StartForm form = desk.forms.of(request, containers, desk.project.getBasePath());
            Threads.draw(() -> {
                Optional<Memory.Choices> choices = desk.asks.start(desk, title, form);
                choices.ifPresent(chosen -> {
                    StartRequest whole = request.with(chosen);
                    if (isPlan || StoredSettings.read().planBeforeStart()) {
                        plan(whole);
                    } else {
                        begin(whole);
                    }
                });
            });
        });
    }

    void begin(StartRequest request) {
        // What is typed and not saved would not be in the pod.
        FileDocumentManager.getInstance().saveAllDocuments();
        String title = desk.texts.t("Starting DevMode of {0}", request.workload().name());
        Tasks.runToItsEnd(desk, title, error -> told(error.info(), request, sessionOf(error)), task ->
                desk.starts.start(request, task));
    }

    private void plan(StartRequest request) {
        String title = desk.texts.t("Planning DevMode of {0}", request.workload().name());
        Tasks.run(desk, title, error -> told(error.info(), request, null), task -> {
            PlanResult plan = desk.starts.plan(request);
            Threads.draw(() -> show(plan, request));
        });
    }

    /** A diff for each object, and a button to go on. */
    private void show(PlanResult plan, StartRequest request) {
        FileType yaml = FileTypeManager.getInstance().getFileTypeByExtension("yaml");
        DiffContentFactory contents = DiffContentFactory.getInstance();
        List<DiffRequest> requests = new ArrayList<>();
        for (PlannedChange change : plan.changes()) {
            requests.add(new SimpleDiffRequest(
                    change.kind() + " " + change.name(),
                    contents.create(desk.project, change.before() == null ? "" : change.before(), yaml),
                    contents.create(desk.project, change.after() == null ? "" : change.after(), yaml),
                    desk.texts.t("now"), desk.texts.t("in DevMode")));
        }
        String title = desk.texts.t("Plan: DevMode of {0}", request.workload().name());
        List<String> warnings = desk.messages.warnings(plan.warnings(), plan.notices());
        String text = String.join(" ", warnings.stream().map(Messages::sentence).toList());
        Notices.Button start = new Notices.Button(desk.texts.t("Start DevMode"), () -> begin(request));
        Notices.say(desk, title, text, start);
        DiffManager.getInstance().showDiff(desk.project, new SimpleDiffRequestChain(requests), DiffDialogHints.DEFAULT);
    }

    /** Nothing is asked: what is saved here stays here, and a start brings it back. */
    void end(SessionStatus status, Runnable then) {
        String title = desk.texts.t("Ending DevMode of {0}", status.workload().name());
        Tasks.runToItsEnd(desk, title, error -> told(error.info(), null, status), task -> {
            desk.starts.end(status, task);
            Threads.draw(then);
        });
    }

    /** Asked once more, since it is somebody else's. */
    private void takeOver(StartRequest request, List<String> containers, DevModeOwner owner) {
        String who = owner == null ? desk.texts.t("somebody else") : owner.user() + "@" + owner.host();
        String question = desk.texts.t("Take over {0} from {1}?", request.workload().name(), who);
        String detail = desk.texts.t(
                // One text, as its translation is found by it.
                "Their session ends and the workload is put back as it was; what their pod has and their laptop has not is lost. Then DevMode starts here.");
        if (!desk.asks.confirms(desk, question, detail, desk.texts.t("Take Over"))) {
            return;
        }
        String title = desk.texts.t("Start DevMode: {0}", request.workload().name());
        Tasks.run(desk, title, error -> told(error.info(), request, null), task -> {
            StartForm form = desk.forms.of(request, containers, desk.project.getBasePath());
            Threads.draw(() -> desk.asks.start(desk, title, form).ifPresent(chosen -> {
                StartRequest whole = request.with(chosen);
                Tasks.runToItsEnd(desk, title, error -> told(error.info(), whole, sessionOf(error)), taking ->
                        desk.starts.takeOver(whole, taking));
            }));
        });
    }

    private SessionStatus sessionOf(DaemonException error) {
        return error.session() == null ? null : desk.nhd.sessions().get(error.session()).orElse(null);
    }

    private void told(ErrorInfo error, StartRequest request, SessionStatus status) {
        var circumstances = new WaysOut.Circumstances(request != null, status != null, request != null);
        Notices.failed(desk, error, circumstances, way -> go(way, error, request, status));
    }

    private void go(WayOut way, ErrorInfo error, StartRequest request, SessionStatus status) {
        switch (way) {
            case TRY_AGAIN -> begin(request);
            case CHOOSE_CONTAINER, CHOOSE_IMAGE, CHOOSE_FOLDER ->
                    ask(request, error.data() == null ? List.of() : error.data().choices(), false);
            case TAKE_OVER -> takeOver(request, List.of(), error.data() == null ? null : error.data().owner());
            case END -> end(status, () -> { });
            case RESTART_SESSION -> desk.nhd.sessions().get(String.valueOf(error.session()))
                    .ifPresent(running -> end(running, () -> ask(request, List.of(), false)));
            default -> places.go(way, error, status);
        }
    }
}
