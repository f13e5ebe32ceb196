package dev.nhd.intellij.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import dev.nhd.client.protocol.SessionStatus;
import dev.nhd.intellij.Samples;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SessionsTest {
    private final Sessions sessions = new Sessions();
    private final List<String> told = new ArrayList<>();

    @Test
    void aSnapshotReplacesAllButWhatHasFailed() {
        sessions.take(Samples.session(Samples.session("\"s1\"", "\"s2\"")));
        sessions.take(Samples.session(failed("s3", "api")));
        sessions.onChange(told::add);
        sessions.take(Samples.event("snapshot", ",\"sessions\":[" + new Gson().toJson(Samples.session()) + "]"));
        assertEquals(List.of("s1", "s3"), sessions.all().stream().map(SessionStatus::session).toList());
        assertEquals(1, told.size());
        assertNull(told.get(0));
    }

    @Test
    void aFailureIsShownUntilItIsDismissedOrStartedAnew() {
        sessions.take(Samples.session(Samples.session()));
        sessions.take(Samples.session(failed("s1", "web")));
        assertEquals(List.of(), sessions.live());
        assertEquals("failed", sessions.get("s1").orElseThrow().phase());
        sessions.take(Samples.session(failed("s4", "api")));
        sessions.take(Samples.session(Samples.session("\"s1\"", "\"s2\"")));
        assertEquals(List.of("s2", "s4"), sessions.all().stream().map(SessionStatus::session).toList());
        sessions.dismiss("s4");
        assertEquals(1, sessions.all().size());
    }

    @Test
    void failuresAreBounded() {
        for (int at = 0; at < 30; at++) {
            sessions.take(Samples.session(failed("s" + at, "web-" + at)));
        }
        assertEquals(10, sessions.all().size());
        assertEquals("s20", sessions.all().get(0).session());
    }

    @Test
    void aStepIsKnownFromItsBeginningToItsEnd() {
        sessions.take(Samples.session(Samples.inPhase("starting")));
        sessions.take(Samples.event("step", ",\"session\":\"s1\",\"step\":\"awaitPod\",\"outcome\":\"began\""));
        assertEquals("awaitPod", sessions.step("s1"));
        sessions.take(Samples.event("step", ",\"session\":\"s1\",\"step\":\"awaitPod\",\"outcome\":\"done\""));
        assertNull(sessions.step("s1"));
    }

    @Test
    void progressMovesFilesAndForwardsAndNothingElse() {
        SessionStatus before = Samples.session();
        sessions.take(Samples.session(before));
        sessions.take(Samples.event("progress", """
                ,"session":"s1","sync":{"state":"syncing","completion":50,"needBytes":7,"needFiles":2,"totalBytes":9,
                "totalFiles":4},"forwards":[{"localPort":3000,"remotePort":8080,"connections":6,"openConnections":2}]"""));
        SessionStatus after = sessions.get("s1").orElseThrow();
        assertEquals("syncing", after.sync().state());
        assertEquals(2, after.sync().needFiles());
        assertTrue(after.sync().connected());
        assertEquals(2, after.forwards().get(0).openConnections());
        assertEquals("listening", after.forwards().get(0).state());
        // All that is no progress is as it was: put back, it is the same.
        assertEquals(before, Progressed.of(after, Samples.event("progress", """
                ,"session":"s1","sync":{"state":"inSync","completion":100,"needBytes":0,"needFiles":0,
                "totalBytes":3200000,"totalFiles":12},
                "forwards":[{"localPort":3000,"remotePort":8080,"connections":5,"openConnections":1}]""")));
        sessions.take(Samples.event("progress", ",\"session\":\"unknown\""));
        assertEquals(1, sessions.all().size());
    }

    @Test
    void aStreamIsThereUntilItOrItsSessionEnds() {
        sessions.take(Samples.session(Samples.session()));
        sessions.take(stream("t1", "running"));
        sessions.take(stream("t2", "running"));
        assertEquals(2, sessions.streams("s1").size());
        sessions.take(stream("t1", "ended"));
        assertEquals(1, sessions.streams("s1").size());
        sessions.take(Samples.session(Samples.inPhase("ended")));
        assertEquals(List.of(), sessions.streams("s1"));
        assertEquals(List.of(), sessions.all());
    }

    @Test
    void aSessionBelongsToTheFolderAroundItsSources() {
        SessionStatus web = Samples.session();
        SessionStatus inner = Samples.session("/home/ann/web\"", "/home/ann/web/inner\"");
        List<SessionStatus> both = List.of(web, inner);
        List<Path> one = List.of(Path.of("/home/ann/web"));
        List<Path> two = List.of(Path.of("/home/ann/web"), Path.of("/home/ann/other"));
        assertEquals(List.of(inner, web), Folders.here(both, Path.of("/home/ann/web/inner/a.go"), one));
        assertEquals(List.of(web), Folders.here(both, Path.of("/home/ann/web/a.go"), one));
        assertEquals(List.of(inner, web), Folders.here(both, null, one));
        assertEquals(List.of(inner, web), Folders.here(both, Path.of("/elsewhere/a.go"), one));
        assertEquals(List.of(), Folders.here(both, Path.of("/home/ann/other/a.go"), two));
        assertEquals(List.of(web), Folders.here(List.of(web), null, List.of(Path.of("/home/ann/web/part"))));
        assertEquals(List.of(), Folders.here(both, null, List.of(Path.of("/home/ann/website"))));
    }

    private static dev.nhd.client.protocol.Event stream(String id, String state) {
        return Samples.event("stream", ",\"stream\":{\"stream\":\"" + id + "\",\"kind\":\"terminal\",\"session\":\"s1\","
                + "\"startedAt\":\"2026-11-28T10:00:00Z\",\"state\":\"" + state + "\"}");
    }

    private static SessionStatus failed(String session, String name) {
        String json = new Gson().toJson(Samples.inPhase("failed"));
        return new Gson().fromJson(
                json.replace("\"s1\"", "\"" + session + "\"").replace("\"name\":\"web\"", "\"name\":\"" + name + "\""),
                SessionStatus.class);
    }
}
