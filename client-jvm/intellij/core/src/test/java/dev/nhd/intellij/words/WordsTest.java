package dev.nhd.intellij.words;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.nhd.client.protocol.Phase;
import dev.nhd.client.protocol.StepName;
import dev.nhd.client.protocol.SyncState;
import dev.nhd.intellij.Samples;
import java.lang.reflect.Field;
import java.time.Instant;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class WordsTest {
    private final Words words = new Words(Texts.ENGLISH);

    /** A word of the protocol that nobody thought of would be shown as it is written there. */
    @Test
    void everyPhaseStepAndStateHasAWord() throws IllegalAccessException {
        Map<Class<?>, UnaryOperator<String>> all =
                Map.of(StepName.class, words::step, SyncState.class, words::sync, Phase.class, words::phase);
        for (Map.Entry<Class<?>, UnaryOperator<String>> each : all.entrySet()) {
            for (Field constant : each.getKey().getFields()) {
                String name = (String) constant.get(null);
                String word = each.getValue().apply(name);
                boolean isPlain = name.matches("[a-z]+") && !each.getKey().equals(StepName.class);
                if (!isPlain) {
                    assertNotEquals(name, word);
                }
            }
        }
        assertEquals("later", words.step("later"));
    }

    @Test
    void aSessionIsSaidByWhatMattersNow() {
        String syncing = "\"state\":\"syncing\",\"completion\":45.7,\"needFiles\":1,\"x\":0,";
        assertEquals("in sync", words.session(Samples.session(), null));
        assertEquals("45 %, 1 file left",
                words.session(Samples.session("\"state\":\"inSync\",\"completion\":100,\"connected\":true,\"needBytes\":0,\"needFiles\":0,",
                        syncing + "\"connected\":true,\"needBytes\":7,"), null));
        assertEquals("Waiting for the dev pod", words.session(Samples.inPhase("starting"), "awaitPod"));
        assertEquals("starting", words.session(Samples.inPhase("starting"), null));
        assertEquals("blocked", words.session(Samples.inPhase("blocked"), null));
        assertEquals("somehow", words.session(Samples.inPhase("somehow"), null));
    }

    @Test
    void timeIsTold() {
        Instant now = Instant.parse("2026-11-28T12:00:00Z");
        Map<String, String> expected = Map.of(
                "2026-11-28T11:59:30Z", "just now", "2026-11-28T11:57:00Z", "3 min", "2026-11-28T10:00:00Z", "2 h",
                "2026-11-23T12:00:00Z", "5 d", "2026-11-28T12:00:30Z", "just now");
        expected.forEach((moment, word) -> assertEquals(word, words.since(moment, now), moment));
    }

    @Test
    void sizesAreTold() {
        Map<Long, String> expected = Map.of(
                0L, "0 B", 999L, "999 B", 1000L, "1.0 kB", 3_200_000L, "3.2 MB", 12_000_000L, "12 MB",
                5_000_000_000_000_000L, "5000 TB");
        expected.forEach((bytes, word) -> assertEquals(word, Words.size(bytes)));
    }
}
