package dev.nhd.intellij.model;

import dev.nhd.client.protocol.Phase;
import dev.nhd.client.protocol.SessionStatus;
import dev.nhd.client.protocol.SyncState;

/** How well a session does: what its icon says, and never by colour alone. */
public enum Health {
    BUSY, GOOD, PAUSED, TROUBLE, FAILED;

    public static Health of(SessionStatus status) {
        return switch (status.phase()) {
            case Phase.FAILED -> FAILED;
            case Phase.BLOCKED -> TROUBLE;
            case Phase.STARTING, Phase.READY, Phase.RECONNECTING, Phase.ENDING -> BUSY;
            default -> status.sync() == null ? BUSY : ofSync(status.sync().state());
        };
    }

    private static Health ofSync(String state) {
        return switch (state) {
            case SyncState.PAUSED -> PAUSED;
            case SyncState.DEGRADED, SyncState.SOURCE_LOST, SyncState.FAILED -> TROUBLE;
            case SyncState.IN_SYNC -> GOOD;
            default -> BUSY;
        };
    }
}
