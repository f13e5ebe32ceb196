package dev.nhd.intellij.shell.status;

import com.intellij.openapi.project.Project;
import com.intellij.openapi.util.Disposer;
import com.intellij.openapi.wm.StatusBar;
import com.intellij.openapi.wm.StatusBarWidget;
import com.intellij.openapi.wm.StatusBarWidgetFactory;
import dev.nhd.intellij.shell.Desk;

/** Makes the widget of each project. */
public final class StatusWidgetFactory implements StatusBarWidgetFactory {
    @Override
    public String getId() {
        return StatusWidget.ID;
    }

    @Override
    public String getDisplayName() {
        return "nhd: DevMode";
    }

    @Override
    public boolean isAvailable(Project project) {
        return true;
    }

    @Override
    public StatusBarWidget createWidget(Project project) {
        return new StatusWidget(Desk.of(project));
    }

    @Override
    public void disposeWidget(StatusBarWidget widget) {
        Disposer.dispose(widget);
    }

    @Override
    public boolean canBeEnabledOn(StatusBar statusBar) {
        return true;
    }
}
