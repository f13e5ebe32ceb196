package dev.nhd.intellij.tree;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.nhd.client.protocol.SessionStatus;
import dev.nhd.intellij.Samples;
import dev.nhd.intellij.model.Sessions;
import dev.nhd.intellij.words.Texts;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class RowsTest {
    private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");
    private final Sessions sessions = new Sessions();

    @Test
    void aSessionIsShownWithItsFacts() {
        check(Samples.session(), Texts.ENGLISH, """
                GOOD web: shop · in sync
                  SYNC Sync: in sync · 12 files, 3.2 MB
                  POD Pod: web-1
                  FOLDER Files: web → /app
                  FORWARD localhost:3000 → 8080: 1 connection
                """);
    }

    @Test
    void theSameInChinese() {
        check(Samples.session(), Texts.of(Locale.SIMPLIFIED_CHINESE), """
                GOOD web: shop · 已同步
                  SYNC 同步: 已同步 · 12 个文件, 3.2 MB
                  POD Pod: web-1
                  FOLDER 文件: web → /app
                  FORWARD localhost:3000 → 8080: 1 个连接
                """);
    }

    @Test
    void whatIsWrongIsSaidFirst() {
        check(Samples.session("\"phase\":\"synced\"", "\"phase\":\"failed\",\"error\":{\"kind\":\"internal\","
                        + "\"message\":\"it broke\",\"hint\":\"look\"}"), Texts.ENGLISH, """
                FAILED web: shop · failed
                  FAILED It broke.
                """);
    }

    @Test
    void aPodThatIsAwaitedSaysForWhat() {
        check(Samples.session("\"name\":\"web-1\",\"ready\":true",
                        "\"ready\":false,\"waitingFor\":\"ErrImagePull\",\"hint\":\"take another\""), Texts.ENGLISH, """
                GOOD web: shop · in sync
                  SYNC Sync: in sync · 12 files, 3.2 MB
                  TROUBLE Pod: ErrImagePull
                  FOLDER Files: web → /app
                  FORWARD localhost:3000 → 8080: 1 connection
                """);
    }

    @Test
    void withoutADaemonNothingIsClaimed() {
        sessions.replace(Samples.session());
        assertEquals("""
                TROUBLE web: shop · nhd does not run
                  INFO Start nhd: what was in DevMode stays so
                """, text(new SessionRows(Texts.ENGLISH).of(sessions, true, NOW)));
    }

    @Test
    void terminalsAndCommandsAreRowsOfTheirSession() {
        SessionStatus status = Samples.session("\"workDir\"", """
                "streams":[{"stream":"t1","kind":"terminal","session":"s1","state":"running","pod":"web-1",
                "startedAt":"2026-11-28T11:57:00Z"},
                {"stream":"e1","kind":"exec","session":"s1","state":"awaitingSync","named":"hotReloadRun","runs":3,
                "hotReload":true,"startedAt":"2026-11-28T11:00:00Z"}],"workDir\"""");
        sessions.replace(status);
        String shown = text(new SessionRows(Texts.ENGLISH).of(sessions, false, NOW));
        assertEquals("""
                GOOD web: shop · in sync · run waits for the next save
                  SYNC Sync: in sync · 12 files, 3.2 MB
                  POD Pod: web-1
                  FOLDER Files: web → /app
                  FORWARD localhost:3000 → 8080: 1 connection
                  TERMINAL Terminal: running · 3 min
                  COMMAND run: waiting for the next save · hot reload, run 3 · 1 h
                """, shown);
    }

    private void check(SessionStatus status, Texts texts, String expected) {
        sessions.replace(status);
        assertEquals(expected, text(new SessionRows(texts).of(sessions, false, NOW)));
    }

    private static String text(List<Row> rows) {
        StringBuilder text = new StringBuilder();
        append(rows, "", text);
        return text.toString();
    }

    private static void append(List<Row> rows, String indent, StringBuilder text) {
        for (Row row : rows) {
            text.append(indent).append(row.glyph()).append(' ').append(row.label());
            text.append(row.detail().isEmpty() ? "" : ": " + row.detail());
            text.append('\n');
            append(row.children(), indent + "  ", text);
        }
    }
}
