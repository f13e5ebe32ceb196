package com.intellij.openapi.actionSystem;

/** Of 2022.2 and later: the thread that {@code update} of an action is called on. Compiled against, and never packed. */
public enum ActionUpdateThread {
    BGT, EDT
}
