package com.intellij.openapi.wm;

import com.intellij.openapi.project.Project;

/** Of 2020.1 and later: makes a widget of the status bar. Compiled against, and never packed. */
public interface StatusBarWidgetFactory {
    String getId();

    String getDisplayName();

    boolean isAvailable(Project project);

    StatusBarWidget createWidget(Project project);

    void disposeWidget(StatusBarWidget widget);

    boolean canBeEnabledOn(StatusBar statusBar);
}
