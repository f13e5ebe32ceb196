package dev.nhd.intellij.settings;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** Which cluster and namespace a project is about. The choice is the project's: a kubeconfig is never written. */
public final class Target {
    private static final String CHOICE = "target";
    private static final String RECENT = "recentNamespaces";
    private static final int RECENT_KEPT = 10;

    private final Kept kept;
    private final Supplier<Settings> settings;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    public Target(Kept kept, Supplier<Settings> settings) {
        this.kept = kept;
        this.settings = settings;
    }

    /** What was picked in this project, else what the settings say. */
    public Place place() {
        Settings set = settings.get();
        List<String> choice = kept.get(CHOICE);
        String context = choice.size() == 2 && !choice.get(0).isEmpty() ? choice.get(0) : set.context();
        String namespace = choice.size() == 2 && !choice.get(1).isEmpty() ? choice.get(1) : set.namespace();
        return new Place(set.kubeconfig(), context, namespace);
    }

    /** Another context begins with its own namespace. */
    public void chooseContext(String context) {
        write(context, "");
    }

    /** @param context the context that it is of, or null for the one that is chosen */
    public void chooseNamespace(String namespace, String context) {
        kept.put(RECENT, Memory.first(namespace, recentNamespaces(), RECENT_KEPT));
        String chosen = context == null ? place().context() : context;
        write(chosen == null ? "" : chosen, namespace);
    }

    /** Those that were chosen in this project, the latest first: for whoever may not list namespaces. */
    public List<String> recentNamespaces() {
        return kept.get(RECENT);
    }

    /** Whoever sets a setting means it, whatever was picked before. */
    public void settingsChanged() {
        kept.put(CHOICE, List.of());
        listeners.forEach(Runnable::run);
    }

    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    private void write(String context, String namespace) {
        kept.put(CHOICE, List.of(context, namespace));
        listeners.forEach(Runnable::run);
    }
}
