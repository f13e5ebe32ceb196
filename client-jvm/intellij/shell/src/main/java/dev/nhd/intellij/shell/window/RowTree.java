package dev.nhd.intellij.shell.window;

import com.intellij.ui.ColoredTreeCellRenderer;
import com.intellij.ui.SimpleTextAttributes;
import com.intellij.ui.treeStructure.Tree;
import dev.nhd.intellij.shell.Icons;
import dev.nhd.intellij.tree.Explorer;
import dev.nhd.intellij.tree.Row;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.swing.JTree;
import javax.swing.ToolTipManager;
import javax.swing.event.TreeExpansionEvent;
import javax.swing.event.TreeExpansionListener;
import javax.swing.tree.DefaultMutableTreeNode;
import javax.swing.tree.DefaultTreeModel;
import javax.swing.tree.TreePath;
import javax.swing.tree.TreeSelectionModel;

/** The rows on the screen. Those that stay keep selection and folds; only what changes is drawn anew. */
public final class RowTree extends Tree {
    private static final long serialVersionUID = 1;

    private final transient Explorer explorer;
    private final DefaultTreeModel rows = new DefaultTreeModel(new DefaultMutableTreeNode());
    /** What was unfolded once by itself is the user's to fold. */
    private final Set<String> opened = new HashSet<>();

    public RowTree(Explorer explorer) {
        this.explorer = explorer;
        setModel(rows);
        setRootVisible(false);
        setShowsRootHandles(true);
        getSelectionModel().setSelectionMode(TreeSelectionModel.SINGLE_TREE_SELECTION);
        setCellRenderer(new Renderer());
        ToolTipManager.sharedInstance().registerComponent(this);
        addTreeExpansionListener(new TreeExpansionListener() {
            @Override
            public void treeExpanded(TreeExpansionEvent event) {
                Row row = rowOf(event.getPath());
                if (row != null) {
                    RowTree.this.explorer.unfold(row);
                }
            }

            @Override
            public void treeCollapsed(TreeExpansionEvent event) {
                Row row = rowOf(event.getPath());
                if (row != null) {
                    RowTree.this.explorer.fold(row);
                }
            }
        });
    }

    /** The row that is selected, or null. */
    public Row selected() {
        return getSelectionPath() == null ? null : rowOf(getSelectionPath());
    }

    /** Shows these rows. */
    public void show(List<Row> now) {
        DefaultMutableTreeNode root = (DefaultMutableTreeNode) rows.getRoot();
        List<DefaultMutableTreeNode> toOpen = new ArrayList<>();
        boolean wasEmpty = root.getChildCount() == 0;
        bring(root, now, toOpen);
        if (wasEmpty) {
            rows.nodeStructureChanged(root);
        }
        for (DefaultMutableTreeNode node : toOpen) {
            expandPath(new TreePath(node.getPath()));
        }
    }

    private void bring(DefaultMutableTreeNode parent, List<Row> now, List<DefaultMutableTreeNode> toOpen) {
        Set<String> ids = new HashSet<>();
        now.forEach(row -> ids.add(row.id()));
        for (int at = parent.getChildCount() - 1; at >= 0; at--) {
            DefaultMutableTreeNode child = (DefaultMutableTreeNode) parent.getChildAt(at);
            if (!(child.getUserObject() instanceof Row row) || !ids.contains(row.id())) {
                rows.removeNodeFromParent(child);
            }
        }
        for (int at = 0; at < now.size(); at++) {
            bring(parent, at, now.get(at), toOpen);
        }
    }

    private void bring(DefaultMutableTreeNode parent, int at, Row row, List<DefaultMutableTreeNode> toOpen) {
        DefaultMutableTreeNode node = at < parent.getChildCount() ? (DefaultMutableTreeNode) parent.getChildAt(at) : null;
        boolean isHere = node != null && node.getUserObject() instanceof Row known && known.id().equals(row.id());
        if (!isHere) {
            node = find(parent, row.id());
            if (node == null) {
                node = new DefaultMutableTreeNode(row);
            } else {
                rows.removeNodeFromParent(node);
            }
            rows.insertNodeInto(node, parent, at);
        } else if (!node.getUserObject().equals(row)) {
            node.setUserObject(row);
            rows.nodeChanged(node);
        }
        node.setUserObject(row);
        if (row.children() != null) {
            bring(node, row.children(), toOpen);
        } else if (node.getChildCount() == 0) {
            // So that it can be unfolded.
            rows.insertNodeInto(new DefaultMutableTreeNode(), node, 0);
        }
        if (row.isOpen() && node.getChildCount() > 0 && opened.add(row.id())) {
            toOpen.add(node);
        }
    }

    private static DefaultMutableTreeNode find(DefaultMutableTreeNode parent, String id) {
        for (int at = 0; at < parent.getChildCount(); at++) {
            DefaultMutableTreeNode child = (DefaultMutableTreeNode) parent.getChildAt(at);
            if (child.getUserObject() instanceof Row row && row.id().equals(id)) {
                return child;
            }
        }
        return null;
    }

    private static Row rowOf(TreePath path) {
        Object node = path.getLastPathComponent();
        return node instanceof DefaultMutableTreeNode known && known.getUserObject() instanceof Row row ? row : null;
    }

    @Override
    public String getToolTipText(java.awt.event.MouseEvent event) {
        TreePath path = getPathForLocation(event.getX(), event.getY());
        Row row = path == null ? null : rowOf(path);
        if (row == null || row.tooltip().isEmpty()) {
            return null;
        }
        String text = row.tooltip().replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>");
        return "<html>" + text + "</html>";
    }

    private static final class Renderer extends ColoredTreeCellRenderer {
        private static final long serialVersionUID = 1;

        @Override
        public void customizeCellRenderer(
                JTree tree, Object value, boolean selected, boolean expanded, boolean leaf, int at, boolean focused) {
            if (!(value instanceof DefaultMutableTreeNode node) || !(node.getUserObject() instanceof Row row)) {
                append("…", SimpleTextAttributes.GRAYED_ATTRIBUTES);
                return;
            }
            setIcon(Icons.of(row.glyph()));
            append(row.label(), SimpleTextAttributes.REGULAR_ATTRIBUTES);
            if (!row.detail().isEmpty()) {
                append("  " + row.detail(), SimpleTextAttributes.GRAYED_ATTRIBUTES);
            }
            getAccessibleContext().setAccessibleName(row.spoken());
        }
    }
}
