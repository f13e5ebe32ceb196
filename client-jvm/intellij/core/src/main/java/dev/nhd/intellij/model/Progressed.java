package dev.nhd.intellij.model;

import dev.nhd.client.protocol.Event;
import dev.nhd.client.protocol.ForwardProgress;
import dev.nhd.client.protocol.PortForward;
import dev.nhd.client.protocol.SessionStatus;
import dev.nhd.client.protocol.SyncProgress;
import dev.nhd.client.protocol.SyncStatus;
import java.util.List;

/** How far the files and the forwards of a session are, between two states of it. Pure. */
final class Progressed {
    private Progressed() {}

    static SessionStatus of(SessionStatus status, Event event) {
        SyncStatus sync = status.sync() == null || event.sync() == null
                ? status.sync()
                : moved(status.sync(), event.sync());
        List<PortForward> forwards =
                status.forwards().stream().map(forward -> moved(forward, event.forwards())).toList();
        return new SessionStatus(
                status.context(), status.image(), status.phase(), status.server(), status.session(), status.since(),
                status.source(), status.startedAt(), status.workDir(), status.workload(), status.container(),
                status.error(), status.forward(), forwards, status.notices(), status.outcome(), status.pod(),
                status.shell(), status.step(), status.steps(), status.streams(), sync, status.warnings());
    }

    private static SyncStatus moved(SyncStatus known, SyncProgress now) {
        return new SyncStatus(
                now.completion(), known.connected(), now.needBytes(), now.needFiles(), known.restarts(), now.state(),
                now.totalBytes(), now.totalFiles(), known.hint(), known.lastError(), known.lastSynced(),
                known.leftOutBy(), known.paused(), known.problems(), known.receives(), known.syncType());
    }

    private static PortForward moved(PortForward known, List<ForwardProgress> all) {
        for (ForwardProgress now : all) {
            boolean isIt = now.remotePort() == known.remotePort()
                    && known.localPort() != null && known.localPort() == now.localPort();
            if (isIt) {
                return new PortForward(
                        now.connections(), now.openConnections(), known.reason(), known.remotePort(), known.state(),
                        known.error(), known.lastError(), known.localPort());
            }
        }
        return known;
    }
}
