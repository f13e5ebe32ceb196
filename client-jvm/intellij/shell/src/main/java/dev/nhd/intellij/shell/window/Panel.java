package dev.nhd.intellij.shell.window;

import com.intellij.openapi.Disposable;
import com.intellij.openapi.actionSystem.ActionManager;
import com.intellij.openapi.actionSystem.ActionToolbar;
import com.intellij.openapi.actionSystem.DefaultActionGroup;
import com.intellij.openapi.ui.SimpleToolWindowPanel;
import com.intellij.ui.components.JBScrollPane;
import dev.nhd.intellij.act.Act;
import dev.nhd.intellij.shell.Desk;
import dev.nhd.intellij.shell.Threads;
import dev.nhd.intellij.shell.act.Acts;
import dev.nhd.intellij.shell.act.DoctorAction;
import dev.nhd.intellij.shell.act.RefreshAction;
import dev.nhd.intellij.shell.act.RowAction;
import dev.nhd.intellij.tree.Explorer;
import java.awt.event.HierarchyEvent;
import java.awt.event.MouseAdapter;
import java.awt.event.MouseEvent;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.swing.tree.TreePath;

/** The content of the tool window: the tree, and what can be done with its rows. */
public final class Panel extends SimpleToolWindowPanel implements Disposable {
    private static final long serialVersionUID = 1;
    private static final String PLACE = "nhd";

    private final transient Explorer explorer;
    private final transient Acts acts;
    private final RowTree tree;
    private final AtomicBoolean isAwaited = new AtomicBoolean();
    private volatile boolean isDisposed;

    public Panel(Desk desk) {
        super(true, true);
        explorer = new Explorer(
                desk.nhd.daemon(), desk.nhd.sessions(), desk.target, Threads::draw, Threads::work, this::changed,
                desk.texts);
        tree = new RowTree(explorer);
        acts = new Acts(desk, explorer);
        setContent(new JBScrollPane(tree));
        setToolbar(toolbar(desk).getComponent());
        tree.addMouseListener(new Mouse(desk));
        tree.getEmptyText().setText(desk.texts.t("Asking the cluster…"));
        // Only what somebody looks at is followed.
        addHierarchyListener(event -> {
            if ((event.getChangeFlags() & HierarchyEvent.SHOWING_CHANGED) != 0) {
                look();
            }
        });
        look();
    }

    public RowTree tree() {
        return tree;
    }

    public Acts acts() {
        return acts;
    }

    private void look() {
        if (isDisposed) {
            return;
        }
        if (isShowing()) {
            explorer.show();
        } else {
            explorer.hide();
        }
        changed();
    }

    /** Many changes at once, as at a rollout, are one to the tree. From any thread. */
    private void changed() {
        if (isAwaited.compareAndSet(false, true)) {
            Threads.draw(() -> {
                isAwaited.set(false);
                if (!isDisposed) {
                    tree.show(explorer.roots(Instant.now()));
                }
            });
        }
    }

    private ActionToolbar toolbar(Desk desk) {
        DefaultActionGroup group = new DefaultActionGroup();
        for (Act act : new Act[] {Act.START, Act.PLAN, Act.END, Act.OPEN_TERMINAL, Act.FOLLOW_LOG, Act.ADD_FORWARD}) {
            group.add(new RowAction(act, desk, tree::selected, acts, false));
        }
        group.addSeparator();
        group.add(new RefreshAction(desk, explorer));
        group.add(new DoctorAction(desk));
        ActionToolbar toolbar = ActionManager.getInstance().createActionToolbar(PLACE, group, true);
        toolbar.setTargetComponent(tree);
        return toolbar;
    }

    private DefaultActionGroup popup(Desk desk) {
        DefaultActionGroup group = new DefaultActionGroup();
        for (Act act : Act.values()) {
            group.add(new RowAction(act, desk, tree::selected, acts, true));
        }
        return group;
    }

    @Override
    public void dispose() {
        isDisposed = true;
        explorer.close();
    }

    private final class Mouse extends MouseAdapter {
        private final Desk desk;

        Mouse(Desk desk) {
            this.desk = desk;
        }

        @Override
        public void mousePressed(MouseEvent event) {
            popUp(event);
        }

        @Override
        public void mouseReleased(MouseEvent event) {
            popUp(event);
        }

        /** Twice on a row does what is done with it most. */
        @Override
        public void mouseClicked(MouseEvent event) {
            if (event.getClickCount() == 2 && tree.selected() != null) {
                Set<Act> possible = acts.possible(tree.selected());
                for (Act act : new Act[] {Act.START_DAEMON, Act.SHOW_ERROR, Act.SHOW_STREAM, Act.OPEN_FORWARD, Act.START}) {
                    if (possible.contains(act)) {
                        acts.perform(act, tree.selected());
                        return;
                    }
                }
            }
        }

        private void popUp(MouseEvent event) {
            TreePath path = event.isPopupTrigger() ? tree.getPathForLocation(event.getX(), event.getY()) : null;
            if (path != null) {
                tree.setSelectionPath(path);
                ActionManager.getInstance().createActionPopupMenu(PLACE, popup(desk)).getComponent()
                        .show(tree, event.getX(), event.getY());
            }
        }
    }
}
