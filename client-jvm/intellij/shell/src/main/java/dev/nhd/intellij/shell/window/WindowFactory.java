package dev.nhd.intellij.shell.window;

import com.intellij.openapi.project.DumbAware;
import com.intellij.openapi.project.Project;
import com.intellij.openapi.util.Disposer;
import com.intellij.openapi.wm.ToolWindow;
import com.intellij.openapi.wm.ToolWindowFactory;
import com.intellij.ui.content.Content;
import com.intellij.ui.content.ContentManager;
import dev.nhd.intellij.shell.Desk;

/** Makes the tool window when it is opened for the first time. */
public final class WindowFactory implements ToolWindowFactory, DumbAware {
    @Override
    public void createToolWindowContent(Project project, ToolWindow window) {
        Panel panel = new Panel(Desk.of(project));
        ContentManager contents = window.getContentManager();
        Content content = contents.getFactory().createContent(panel, "", false);
        Disposer.register(content, panel);
        contents.addContent(content);
    }
}
