package dev.nhd.intellij.start;

import dev.nhd.client.protocol.Phase;
import dev.nhd.client.protocol.PlannedStep;
import dev.nhd.client.protocol.SessionStatus;
import dev.nhd.client.protocol.StepName;
import dev.nhd.client.protocol.StepState;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** How far a session is on its way. Pure. */
public final class Progress {
    private Progress() {}

    /** How far it is by its steps, those that are foreseen included, from 0 to 1; empty where they are not known. */
    public static OptionalDouble fraction(SessionStatus status, String current) {
        List<PlannedStep> steps = status.steps();
        if (steps.isEmpty()) {
            return OptionalDouble.empty();
        }
        long done = steps.stream().filter(step -> step.state().equals(StepState.DONE)).count();
        for (int at = 0; at < steps.size(); at++) {
            if (steps.get(at).step().equals(current)) {
                done = at;
                break;
            }
        }
        // The first sync takes longest, and is the only one that has parts.
        boolean isSyncing = StepName.AWAIT_SYNC.equals(current) && status.sync() != null;
        double part = isSyncing ? status.sync().completion() / 100 : 0;
        return OptionalDouble.of(Math.min(1, (done + part) / steps.size()));
    }

    /**
     * How it came out, or empty while it is under way.
     *
     * @param status the session, or null where it is gone
     */
    public static Optional<Outcome> outcome(SessionStatus status, boolean isStart) {
        if (status == null) {
            // It is gone, and has not failed.
            return Optional.of(isStart ? Outcome.GONE : Outcome.DONE);
        }
        return switch (status.phase()) {
            case Phase.FAILED -> Optional.of(Outcome.FAILED);
            case Phase.BLOCKED -> isStart ? Optional.of(Outcome.FAILED) : Optional.empty();
            case Phase.SYNCED -> isStart ? Optional.of(Outcome.DONE) : Optional.empty();
            default -> Optional.empty();
        };
    }
}
