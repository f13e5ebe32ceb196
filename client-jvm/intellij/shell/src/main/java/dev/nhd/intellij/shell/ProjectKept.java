package dev.nhd.intellij.shell;

import com.intellij.ide.util.PropertiesComponent;
import com.intellij.openapi.project.Project;
import dev.nhd.intellij.settings.Kept;
import java.util.List;

/** What is kept of a project, in its workspace file, which nobody shares. */
final class ProjectKept implements Kept {
    private static final String PREFIX = "dev.nhd.intellij.";
    /** Names of images, folders and namespaces have none. */
    private static final String BETWEEN = "\n";

    private final Project project;

    ProjectKept(Project project) {
        this.project = project;
    }

    @Override
    public List<String> get(String name) {
        String all = PropertiesComponent.getInstance(project).getValue(PREFIX + name);
        return all == null ? List.of() : List.of(all.split(BETWEEN, -1));
    }

    @Override
    public void put(String name, List<String> values) {
        String all = values.isEmpty() ? null : String.join(BETWEEN, values);
        PropertiesComponent.getInstance(project).setValue(PREFIX + name, all);
    }
}
