package dev.nhd.intellij.shell.act;

import com.intellij.openapi.actionSystem.ActionUpdateThread;
import com.intellij.openapi.actionSystem.AnActionEvent;
import com.intellij.openapi.project.DumbAwareAction;
import dev.nhd.intellij.shell.Desk;
import dev.nhd.intellij.shell.Icons;

/** Looks for what is wrong. */
public final class DoctorAction extends DumbAwareAction {
    private final Desk desk;

    public DoctorAction(Desk desk) {
        super(desk.texts.t("Look for What Is Wrong"), null, Icons.named("doctor"));
        this.desk = desk;
    }

    @Override
    public void actionPerformed(AnActionEvent event) {
        new PlaceActs(desk).doctor();
    }

    /** Of later platforms, which ask for it. */
    public ActionUpdateThread getActionUpdateThread() {
        return ActionUpdateThread.EDT;
    }
}
