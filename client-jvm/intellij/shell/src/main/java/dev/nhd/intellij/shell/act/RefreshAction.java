package dev.nhd.intellij.shell.act;

import com.intellij.openapi.actionSystem.ActionUpdateThread;
import com.intellij.openapi.actionSystem.AnActionEvent;
import com.intellij.openapi.project.DumbAwareAction;
import dev.nhd.intellij.shell.Desk;
import dev.nhd.intellij.shell.Icons;
import dev.nhd.intellij.tree.Explorer;

/** Reads the kubeconfig again, and asks again for everything that is unfolded. */
public final class RefreshAction extends DumbAwareAction {
    private final Explorer explorer;

    public RefreshAction(Desk desk, Explorer explorer) {
        super(desk.texts.t("Refresh"), null, Icons.named("refresh"));
        this.explorer = explorer;
    }

    @Override
    public void actionPerformed(AnActionEvent event) {
        explorer.restart();
    }

    /** Of later platforms, which ask for it. */
    public ActionUpdateThread getActionUpdateThread() {
        return ActionUpdateThread.EDT;
    }
}
