package dev.nhd.intellij.start;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.nhd.intellij.Samples;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private static final String STEPS = "\"steps\":[{\"step\":\"plan\",\"state\":\"done\"},"
            + "{\"step\":\"enterDevMode\",\"state\":\"done\"},{\"step\":\"awaitPod\",\"state\":\"current\"},"
            + "{\"step\":\"awaitSync\",\"state\":\"ahead\"}],\"workDir\"";

    @Test
    void stepsTellHowFarItIs() {
        var status = Samples.session("\"workDir\"", STEPS);
        assertEquals(OptionalDouble.of(0.5), Progress.fraction(status, null));
        assertEquals(OptionalDouble.of(0.5), Progress.fraction(status, "awaitPod"));
        assertEquals(OptionalDouble.of(0.25), Progress.fraction(status, "enterDevMode"));
        assertEquals(OptionalDouble.of(1), Progress.fraction(status, "awaitSync"));
        assertEquals(OptionalDouble.empty(), Progress.fraction(Samples.session(), "awaitPod"));
    }

    @Test
    void aWayComesOutByItsPhase() {
        Map<String, Optional<Outcome>> starts = Map.of(
                "starting", Optional.empty(), "ready", Optional.empty(), "synced", Optional.of(Outcome.DONE),
                "blocked", Optional.of(Outcome.FAILED), "failed", Optional.of(Outcome.FAILED));
        starts.forEach((phase, outcome) -> assertEquals(outcome, Progress.outcome(Samples.inPhase(phase), true), phase));
        Map<String, Optional<Outcome>> ends = Map.of(
                "ending", Optional.empty(), "synced", Optional.empty(), "failed", Optional.of(Outcome.FAILED));
        ends.forEach((phase, outcome) -> assertEquals(outcome, Progress.outcome(Samples.inPhase(phase), false), phase));
        assertEquals(Optional.of(Outcome.GONE), Progress.outcome(null, true));
        assertEquals(Optional.of(Outcome.DONE), Progress.outcome(null, false));
    }
}
