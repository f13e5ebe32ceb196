package dev.nhd.intellij.settings;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** As an IDE keeps it, without the file. */
public final class KeptInMemory implements Kept {
    private final Map<String, List<String>> all = new HashMap<>();

    @Override
    public List<String> get(String name) {
        return all.getOrDefault(name, List.of());
    }

    @Override
    public void put(String name, List<String> values) {
        all.put(name, List.copyOf(values));
    }
}
