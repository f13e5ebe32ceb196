package dev.nhd.intellij.shell.act;

import dev.nhd.client.protocol.SessionStatus;
import dev.nhd.intellij.act.Act;
import dev.nhd.intellij.act.Possible;
import dev.nhd.intellij.shell.Desk;
import dev.nhd.intellij.tree.Explorer;
import dev.nhd.intellij.tree.Row;
import dev.nhd.intellij.tree.Subject;
import java.util.Set;

/** Leads each action to where it is done. */
public final class Acts {
    private final Desk desk;
    private final StartActs starts;
    private final StreamActs streams;
    private final ForwardActs forwards;
    private final PlaceActs places;

    public Acts(Desk desk, Explorer explorer) {
        this.desk = desk;
        places = new PlaceActs(desk);
        starts = new StartActs(desk, places);
        streams = new StreamActs(desk, places);
        forwards = new ForwardActs(desk, places);
        places.onRefresh(explorer::restart);
    }

    public Set<Act> possible(Row row) {
        return Possible.on(row.subject(), desk.nhd.daemon()::has);
    }

    /** Does it, if it is possible still. */
    public void perform(Act act, Row row) {
        if (!possible(row).contains(act)) {
            return;
        }
        Subject subject = row.subject();
        SessionStatus status = sessionOf(subject);
        switch (act) {
            case START, PLAN, TAKE_OVER, END, SHOW_ERROR -> starts.perform(act, subject, status);
            case OPEN_TERMINAL, FOLLOW_LOG, PREVIOUS_LOG, BUILD, RUN, DEBUG, SHOW_STREAM, END_STREAM ->
                    streams.perform(act, subject, status);
            case PAUSE_SYNC, RESUME_SYNC, RESCAN_SYNC, ADD_FORWARD, OPEN_FORWARD, COPY_FORWARD, END_FORWARD ->
                    forwards.perform(act, subject, status);
            default -> places.perform(act, subject, status);
        }
    }

    /** The session that a row is about, or null. */
    private static SessionStatus sessionOf(Subject subject) {
        if (subject instanceof Subject.Session session) {
            return session.status();
        }
        if (subject instanceof Subject.Fact fact) {
            return fact.status();
        }
        if (subject instanceof Subject.Failure failure) {
            return failure.status();
        }
        if (subject instanceof Subject.Forward forward) {
            return forward.status();
        }
        return subject instanceof Subject.Workload workload ? workload.own() : null;
    }
}
