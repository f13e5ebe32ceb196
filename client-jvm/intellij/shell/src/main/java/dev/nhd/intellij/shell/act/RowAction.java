package dev.nhd.intellij.shell.act;

import com.intellij.openapi.actionSystem.ActionUpdateThread;
import com.intellij.openapi.actionSystem.AnActionEvent;
import com.intellij.openapi.project.DumbAwareAction;
import dev.nhd.intellij.act.Act;
import dev.nhd.intellij.shell.Desk;
import dev.nhd.intellij.shell.Icons;
import dev.nhd.intellij.tree.Row;
import java.util.function.Supplier;

/** One action on the row that is selected. */
public final class RowAction extends DumbAwareAction {
    private final Act act;
    private final Supplier<Row> selected;
    private final Acts acts;
    private final boolean isHidden;

    /** @param isHidden whether it is not shown where it is not possible, as in a menu */
    public RowAction(Act act, Desk desk, Supplier<Row> selected, Acts acts, boolean isHidden) {
        super(ActTexts.of(act, desk.texts), null, Icons.of(act));
        this.act = act;
        this.selected = selected;
        this.acts = acts;
        this.isHidden = isHidden;
    }

    public Act act() {
        return act;
    }

    @Override
    public void update(AnActionEvent event) {
        Row row = selected.get();
        boolean isPossible = row != null && acts.possible(row).contains(act);
        event.getPresentation().setEnabled(isPossible);
        event.getPresentation().setVisible(isPossible || !isHidden);
    }

    @Override
    public void actionPerformed(AnActionEvent event) {
        Row row = selected.get();
        if (row != null) {
            acts.perform(act, row);
        }
    }

    /** Of later platforms, which ask for it: what is selected is known to the thread that draws. */
    public ActionUpdateThread getActionUpdateThread() {
        return ActionUpdateThread.EDT;
    }
}
