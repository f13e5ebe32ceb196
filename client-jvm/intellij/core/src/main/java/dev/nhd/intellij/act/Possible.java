package dev.nhd.intellij.act;

import dev.nhd.client.protocol.DevModeSummary;
import dev.nhd.client.protocol.ForwardReason;
import dev.nhd.client.protocol.Phase;
import dev.nhd.client.protocol.SessionStatus;
import dev.nhd.client.protocol.StreamKind;
import dev.nhd.intellij.tree.Subject;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Predicate;

/** Which action is possible on what. Pure. */
public final class Possible {
    private Possible() {}

    /**
     * What can be done.
     *
     * @param subject what is selected
     * @param has whether the daemon has a method; an earlier one hides what stands on it
     */
    public static Set<Act> on(Subject subject, Predicate<String> has) {
        EnumSet<Act> acts = EnumSet.noneOf(Act.class);
        if (subject instanceof Subject.Session session) {
            ofSession(session.status(), acts);
        } else if (subject instanceof Subject.Fact fact) {
            ofSession(fact.status(), acts);
        } else if (subject instanceof Subject.Failure failure) {
            acts.add(Act.SHOW_ERROR);
            if (failure.status() != null) {
                ofSession(failure.status(), acts);
            }
        } else if (subject instanceof Subject.Forward forward) {
            ofForward(forward, acts);
        } else if (subject instanceof Subject.Stream stream) {
            acts.add(Act.SHOW_STREAM);
            if (!stream.stream().kind().equals(StreamKind.LOG)) {
                acts.add(Act.END_STREAM);
            }
        } else if (subject instanceof Subject.Context context && !context.isChosen()) {
            acts.add(Act.CHOOSE_CONTEXT);
        } else if (subject instanceof Subject.Namespace namespace && !namespace.isChosen()) {
            acts.add(Act.CHOOSE_NAMESPACE);
        } else if (subject instanceof Subject.Workload workload) {
            ofWorkload(workload, acts);
        } else if (subject instanceof Subject.Away) {
            acts.add(Act.START_DAEMON);
        }
        acts.removeIf(act -> !isHad(act, has));
        return acts;
    }

    private static void ofSession(SessionStatus status, Set<Act> acts) {
        acts.add(Act.COPY_NAME);
        switch (status.phase()) {
            case Phase.FAILED -> acts.addAll(Set.of(Act.SHOW_ERROR, Act.DISMISS, Act.START));
            case Phase.ENDING, Phase.ENDED -> { }
            default -> {
                acts.addAll(Set.of(Act.END, Act.ADD_FORWARD));
                if (status.error() != null) {
                    acts.add(Act.SHOW_ERROR);
                }
                if (hasPod(status)) {
                    acts.addAll(Set.of(
                            Act.OPEN_TERMINAL, Act.FOLLOW_LOG, Act.PREVIOUS_LOG, Act.BUILD, Act.RUN, Act.DEBUG));
                }
                if (status.sync() != null) {
                    boolean isPaused = Boolean.TRUE.equals(status.sync().paused());
                    acts.add(isPaused ? Act.RESUME_SYNC : Act.PAUSE_SYNC);
                    if (!isPaused) {
                        acts.add(Act.RESCAN_SYNC);
                    }
                }
            }
        }
    }

    private static boolean hasPod(SessionStatus status) {
        return switch (status.phase()) {
            case Phase.READY, Phase.SYNCED, Phase.RECONNECTING -> true;
            default -> false;
        };
    }

    private static void ofForward(Subject.Forward forward, Set<Act> acts) {
        if (forward.forward().localPort() != null) {
            acts.addAll(Set.of(Act.OPEN_FORWARD, Act.COPY_FORWARD));
        }
        // That of the sync is the session's own.
        if (!ForwardReason.SYNC.equals(forward.forward().reason())) {
            acts.add(Act.END_FORWARD);
        }
    }

    private static void ofWorkload(Subject.Workload workload, Set<Act> acts) {
        acts.addAll(Set.of(Act.COPY_NAME, Act.CREATE_CONFIG));
        if (workload.own() != null) {
            ofSession(workload.own(), acts);
            return;
        }
        acts.addAll(Set.of(Act.OPEN_TERMINAL, Act.FOLLOW_LOG, Act.PREVIOUS_LOG));
        DevModeSummary devMode = workload.summary().devMode();
        if (devMode == null || Boolean.TRUE.equals(devMode.byNocalhost())) {
            acts.addAll(Set.of(Act.START, Act.PLAN));
        } else {
            // One that is here and that no session has is what an earlier home left.
            acts.add(Act.TAKE_OVER);
        }
    }

    private static boolean isHad(Act act, Predicate<String> has) {
        return switch (act) {
            case OPEN_TERMINAL -> has.test("terminal.open");
            case FOLLOW_LOG, PREVIOUS_LOG -> has.test("log.follow");
            case BUILD, RUN -> has.test("exec.start");
            case DEBUG -> has.test("debug.describe");
            case CREATE_CONFIG -> has.test("config.scaffold");
            default -> true;
        };
    }
}
