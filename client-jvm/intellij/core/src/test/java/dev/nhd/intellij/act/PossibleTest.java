package dev.nhd.intellij.act;

import static dev.nhd.intellij.act.Act.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nhd.client.protocol.ErrorInfo;
import dev.nhd.client.protocol.ErrorKind;
import dev.nhd.client.protocol.SessionStatus;
import dev.nhd.intellij.Samples;
import dev.nhd.intellij.settings.Place;
import dev.nhd.intellij.tree.Subject;
import java.lang.reflect.Field;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PossibleTest {
    private static final Place PLACE = new Place(null, "dev", "shop");
    private static final Set<Act> IN_POD = Set.of(OPEN_TERMINAL, FOLLOW_LOG, PREVIOUS_LOG, BUILD, RUN, DEBUG);

    @Test
    void aSessionAllowsWhatItsPhaseAllows() {
        Map<String, Set<Act>> expected = Map.of(
                "starting", Set.of(COPY_NAME, END, ADD_FORWARD, PAUSE_SYNC, RESCAN_SYNC),
                "synced", with(IN_POD, COPY_NAME, END, ADD_FORWARD, PAUSE_SYNC, RESCAN_SYNC),
                "reconnecting", with(IN_POD, COPY_NAME, END, ADD_FORWARD, PAUSE_SYNC, RESCAN_SYNC),
                "blocked", Set.of(COPY_NAME, END, ADD_FORWARD, PAUSE_SYNC, RESCAN_SYNC),
                "ending", Set.of(COPY_NAME),
                "failed", Set.of(COPY_NAME, SHOW_ERROR, DISMISS, START));
        expected.forEach((phase, acts) ->
                assertEquals(acts, on(new Subject.Session(Samples.inPhase(phase))), phase));
    }

    @Test
    void aSyncThatIsPausedCanBeResumed() {
        SessionStatus paused = Samples.session("\"restarts\":0", "\"restarts\":0,\"paused\":true");
        Set<Act> acts = on(new Subject.Fact(paused));
        assertTrue(acts.contains(RESUME_SYNC));
        assertFalse(acts.contains(PAUSE_SYNC) || acts.contains(RESCAN_SYNC));
    }

    @Test
    void aWorkloadIsFreeOursOrTaken() {
        Set<Act> always = Set.of(COPY_NAME, CREATE_CONFIG, OPEN_TERMINAL, FOLLOW_LOG, PREVIOUS_LOG);
        String elsewhere = ",\"devMode\":{\"here\":false,\"session\":\"x\",\"owner\":{\"user\":\"bob\",\"host\":\"b\","
                + "\"since\":\"2026-11-28T10:00:00Z\"}}";
        assertEquals(with(always, START, PLAN), on(workload("", null)));
        assertEquals(with(always, TAKE_OVER), on(workload(elsewhere, null)));
        assertEquals(
                with(always, START, PLAN), on(workload(",\"devMode\":{\"here\":false,\"byNocalhost\":true}", null)));
        assertEquals(
                with(IN_POD, CREATE_CONFIG, COPY_NAME, END, ADD_FORWARD, PAUSE_SYNC, RESCAN_SYNC),
                on(workload("", Samples.session())));
    }

    @Test
    void anEarlierDaemonHidesWhatItDoesNotHave() {
        Set<Act> acts = Possible.on(new Subject.Session(Samples.session()), method -> false);
        assertEquals(Set.of(COPY_NAME, END, ADD_FORWARD, PAUSE_SYNC, RESCAN_SYNC), acts);
    }

    @Test
    void theForwardOfTheSyncIsTheSessionsOwn() {
        SessionStatus status = Samples.session();
        assertEquals(Set.of(OPEN_FORWARD, COPY_FORWARD, END_FORWARD),
                on(new Subject.Forward(status, status.forwards().get(0))));
        SessionStatus sync = Samples.session("\"reason\":\"request\"", "\"reason\":\"sync\"");
        assertEquals(Set.of(OPEN_FORWARD, COPY_FORWARD), on(new Subject.Forward(sync, sync.forwards().get(0))));
    }

    @Test
    void nothingCanBeDoneWithGroups() {
        assertEquals(Set.of(), on(new Subject.Group()));
        assertEquals(Set.of(), on(new Subject.None()));
        assertEquals(Set.of(), on(new Subject.Namespace(PLACE, true)));
        assertEquals(Set.of(CHOOSE_NAMESPACE), on(new Subject.Namespace(PLACE, false)));
        assertEquals(Set.of(START_DAEMON), on(new Subject.Away()));
    }

    @Test
    void everyKindOfFailureOfAStartHasAWayOutOrIsCancelled() throws IllegalAccessException {
        WaysOut.Circumstances all = new WaysOut.Circumstances(true, true, true);
        for (Field constant : ErrorKind.class.getFields()) {
            String kind = (String) constant.get(null);
            boolean isAsked = !kind.equals(ErrorKind.INVALID_REQUEST);
            assertEquals(isAsked, !WaysOut.of(error(kind, "x"), all).isEmpty(), kind);
        }
    }

    @Test
    void aWayOutIsOfferedWhereItCanBeGone() {
        WaysOut.Circumstances none = new WaysOut.Circumstances(false, false, false);
        WaysOut.Circumstances start = new WaysOut.Circumstances(true, false, true);
        assertEquals(List.of(), WaysOut.of(error(ErrorKind.IMAGE_NOT_PULLABLE, "x"), none));
        assertEquals(List.of(WayOut.CHOOSE_IMAGE), WaysOut.of(error(ErrorKind.IMAGE_NOT_PULLABLE, "x"), start));
        assertEquals(
                List.of(WayOut.CHOOSE_IMAGE), WaysOut.of(error(ErrorKind.INVALID_REQUEST, "image is missing"), start));
        assertEquals(List.of(WayOut.SHOW_SESSION), WaysOut.of(error(ErrorKind.SESSION_EXISTS, "x"), none));
        assertEquals(List.of(WayOut.TRY_AGAIN), WaysOut.of(error("later", "x"), start));
    }

    private static Set<Act> on(Subject subject) {
        return Possible.on(subject, method -> true);
    }

    private static Subject workload(String rest, SessionStatus own) {
        return new Subject.Workload(PLACE, Samples.workload(rest), own);
    }

    private static Set<Act> with(Set<Act> acts, Act... more) {
        EnumSet<Act> all = EnumSet.copyOf(acts);
        all.addAll(List.of(more));
        return all;
    }

    private static ErrorInfo error(String kind, String message) {
        return new ErrorInfo(kind, message, null, null, null, null, null);
    }
}
