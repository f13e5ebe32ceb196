package dev.nhd.intellij.start;

/** How a way into DevMode or out of it came out. */
public enum Outcome {
    /** As was wanted. */
    DONE,
    /** Given up here. */
    CANCELLED,
    /** Ended by somebody else. */
    GONE,
    FAILED
}
