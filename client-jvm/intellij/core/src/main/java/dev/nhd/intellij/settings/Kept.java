package dev.nhd.intellij.settings;

import java.util.List;

/** What is kept of a project between runs of the IDE: small texts by name. The shell says where. */
public interface Kept {
    /** @return what was put last, or an empty list */
    List<String> get(String name);

    /** Keeps it; an empty list keeps nothing. */
    void put(String name, List<String> values);
}
