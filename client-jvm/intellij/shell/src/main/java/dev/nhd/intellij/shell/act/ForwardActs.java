package dev.nhd.intellij.shell.act;

import com.intellij.ide.BrowserUtil;
import com.intellij.openapi.ide.CopyPasteManager;
import dev.nhd.client.protocol.RescanParams;
import dev.nhd.client.protocol.SessionForward;
import dev.nhd.client.protocol.SessionSelector;
import dev.nhd.client.protocol.SessionStatus;
import dev.nhd.intellij.act.Act;
import dev.nhd.intellij.forward.Forwards;
import dev.nhd.intellij.forward.Ports;
import dev.nhd.intellij.shell.Desk;
import dev.nhd.intellij.shell.Notices;
import dev.nhd.intellij.shell.Tasks;
import dev.nhd.intellij.shell.Threads;
import dev.nhd.intellij.tree.Subject;
import java.awt.datatransfer.StringSelection;
import java.util.List;

/** Forwards and the sync of a session. */
final class ForwardActs {
    private final Desk desk;
    private final PlaceActs places;

    ForwardActs(Desk desk, PlaceActs places) {
        this.desk = desk;
        this.places = places;
    }

    void perform(Act act, Subject subject, SessionStatus status) {
        SessionSelector selector = new SessionSelector().withSession(status.session());
        switch (act) {
            case ADD_FORWARD -> add(status);
            case OPEN_FORWARD -> BrowserUtil.browse("http://" + address(subject));
            case COPY_FORWARD -> CopyPasteManager.getInstance().setContents(new StringSelection(address(subject)));
            case END_FORWARD -> work(desk.texts.t("End the Forward"), status, task ->
                    desk.forwards.end(status.session(), ((Subject.Forward) subject).forward()));
            case PAUSE_SYNC -> work(desk.texts.t("Pause Sync"), status, task ->
                    desk.nhd.daemon().client().call(methods -> methods.syncPause(selector)));
            case RESUME_SYNC -> work(desk.texts.t("Resume Sync"), status, task ->
                    desk.nhd.daemon().client().call(methods -> methods.syncResume(selector)));
            case RESCAN_SYNC -> work(desk.texts.t("Look at All Files Again"), status, task -> {
                RescanParams params = new RescanParams().withSession(status.session());
                desk.nhd.daemon().client().call(methods -> methods.syncRescan(params));
            });
            default -> throw new IllegalArgumentException(act.name());
        }
    }

    private void add(SessionStatus status) {
        String name = status.workload().name();
        work(desk.texts.t("Forward a Port of {0}", name), status, task -> {
            List<Forwards.Suggestion> suggestions = desk.forwards.suggested(status.session());
            Threads.draw(() -> desk.asks.ports(desk, name, suggestions).ifPresent(ports -> add(status, ports)));
        });
    }

    private void add(SessionStatus status, Ports ports) {
        String name = status.workload().name();
        work(desk.texts.t("Forward a Port of {0}", name), status, task -> {
            SessionForward forward = desk.forwards.add(status.session(), ports);
            String address = "localhost:" + forward.localPort();
            Notices.say(
                    desk, desk.texts.t("{0} leads to port {1} of {2}.", address, forward.remotePort(), name), "",
                    new Notices.Button(desk.texts.t("Open in Browser"), () -> BrowserUtil.browse("http://" + address)),
                    new Notices.Button(desk.texts.t("Copy Address"), () ->
                            CopyPasteManager.getInstance().setContents(new StringSelection(address))));
        });
    }

    private void work(String title, SessionStatus status, Tasks.Body body) {
        Tasks.run(desk, title, error -> places.told(error, status), body);
    }

    private static String address(Subject subject) {
        return "localhost:" + ((Subject.Forward) subject).forward().localPort();
    }
}
