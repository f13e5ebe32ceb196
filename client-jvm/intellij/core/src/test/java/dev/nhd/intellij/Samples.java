package dev.nhd.intellij;

import com.google.gson.Gson;
import dev.nhd.client.protocol.Event;
import dev.nhd.client.protocol.SessionStatus;
import dev.nhd.client.protocol.WorkloadSummary;

/** What a daemon says, as it says it. */
public final class Samples {
    private static final String SESSION = """
            {"session":"s1","phase":"synced","workload":{"kind":"Deployment","namespace":"shop","name":"web"},
            "context":"dev","server":"https://cluster:6443","image":"golang:1.24","source":"/home/ann/web",
            "workDir":"/app","startedAt":"2026-11-28T10:00:00Z","since":"2026-11-28T10:01:00Z",
            "pod":{"name":"web-1","ready":true},
            "forwards":[{"localPort":3000,"remotePort":8080,"state":"listening","reason":"request","connections":5,
            "openConnections":1}],
            "sync":{"state":"inSync","completion":100,"connected":true,"needBytes":0,"needFiles":0,"restarts":0,
            "totalBytes":3200000,"totalFiles":12}}""";

    private Samples() {}

    public static SessionStatus session() {
        return new Gson().fromJson(SESSION, SessionStatus.class);
    }

    /** The same with a word of it replaced. */
    public static SessionStatus session(String from, String to) {
        if (!SESSION.contains(from)) {
            throw new AssertionError("the sample has no " + from);
        }
        return new Gson().fromJson(SESSION.replace(from, to), SessionStatus.class);
    }

    public static SessionStatus inPhase(String phase) {
        return session("\"synced\"", "\"" + phase + "\"");
    }

    public static WorkloadSummary workload(String rest) {
        String json = "{\"workload\":{\"kind\":\"Deployment\",\"namespace\":\"shop\",\"name\":\"web\"},"
                + "\"containers\":[\"web\",\"proxy\"]" + rest + "}";
        return new Gson().fromJson(json, WorkloadSummary.class);
    }

    public static Event event(String type, String rest) {
        String head = "{\"at\":\"2026-11-28T10:00:00Z\",\"epoch\":\"e\",\"seq\":1,\"type\":\"" + type + "\"";
        return new Gson().fromJson(head + rest + "}", Event.class);
    }

    public static Event session(SessionStatus status) {
        return event("session", ",\"status\":" + new Gson().toJson(status));
    }
}
