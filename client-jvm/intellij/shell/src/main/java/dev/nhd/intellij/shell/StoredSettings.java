package dev.nhd.intellij.shell;

import com.intellij.ide.util.PropertiesComponent;
import dev.nhd.intellij.settings.Settings;

/** The settings, as the IDE keeps them for all projects. */
public final class StoredSettings {
    private static final String PREFIX = "dev.nhd.intellij.";

    private StoredSettings() {}

    public static Settings read() {
        PropertiesComponent kept = PropertiesComponent.getInstance();
        return new Settings(
                kept.getValue(PREFIX + "path"), kept.getValue(PREFIX + "syncthing"), kept.getValue(PREFIX + "kubeconfig"),
                kept.getValue(PREFIX + "context"), kept.getValue(PREFIX + "namespace"),
                kept.getBoolean(PREFIX + "planBeforeStart"));
    }

    public static void write(Settings settings) {
        PropertiesComponent kept = PropertiesComponent.getInstance();
        kept.setValue(PREFIX + "path", settings.path());
        kept.setValue(PREFIX + "syncthing", settings.syncthing());
        kept.setValue(PREFIX + "kubeconfig", settings.kubeconfig());
        kept.setValue(PREFIX + "context", settings.context());
        kept.setValue(PREFIX + "namespace", settings.namespace());
        kept.setValue(PREFIX + "planBeforeStart", settings.planBeforeStart());
    }
}
