package dev.nhd.client;

/** Names sessions: one by its id, those of a workload, or all. */
public record SessionSelector(String session, String kind, String name, String namespace, Boolean all) {
    public static SessionSelector ofSession(String session) {
        return new SessionSelector(session, null, null, null, null);
    }

    public static SessionSelector ofWorkload(String kind, String name, String namespace) {
        return new SessionSelector(null, kind, name, namespace, null);
    }

    public static SessionSelector everything() {
        return new SessionSelector(null, null, null, null, true);
    }
}
