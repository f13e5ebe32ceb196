package dev.nhd.intellij.daemon;

/** How the daemon stands, as views know it. */
public enum DaemonState {
    /** Nobody has asked for it yet. */
    IDLE,
    CONNECTING,
    CONNECTED,
    /** None runs. */
    AWAY,
    /** None runs, and there is no program to start one with. */
    MISSING,
    /** It speaks another version of the protocol. */
    MISMATCH,
    /** It cannot be reached or started. */
    FAILED
}
