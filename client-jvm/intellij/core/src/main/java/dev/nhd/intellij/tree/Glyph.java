package dev.nhd.intellij.tree;

/** What the icon of a row shows. The shell has a picture of each, for light and for dark. */
public enum Glyph {
    BUSY, GOOD, PAUSED, TROUBLE, FAILED, INFO,
    CONTEXT, NAMESPACE, KIND, WORKLOAD, ACTIVE, LOCKED,
    SYNC, POD, FOLDER, FORWARD, TERMINAL, COMMAND
}
