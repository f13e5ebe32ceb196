package dev.nhd.intellij.shell;

import com.intellij.openapi.actionSystem.ActionGroup;
import com.intellij.openapi.actionSystem.AnAction;
import com.intellij.openapi.actionSystem.Separator;
import java.awt.FlowLayout;
import javax.swing.JLabel;
import javax.swing.JPanel;

/** The icons of a toolbar, to be looked at. */
final class Toolbar extends JPanel {
    final transient AnAction[] actions;

    Toolbar(ActionGroup group) {
        super(new FlowLayout(FlowLayout.LEFT, 6, 3));
        actions = group.getChildren(null);
        for (AnAction action : actions) {
            if (!(action instanceof Separator)) {
                JLabel label = new JLabel(action.getTemplatePresentation().getIcon());
                label.setToolTipText(action.getTemplatePresentation().getText());
                add(label);
            }
        }
    }
}
