package dev.nhd.intellij.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.intellij.execution.process.ProcessAdapter;
import com.intellij.execution.process.ProcessEvent;
import com.intellij.execution.process.ProcessHandler;
import com.intellij.notification.Notification;
import com.intellij.openapi.actionSystem.AnActionEvent;
import com.intellij.openapi.actionSystem.DataContext;
import com.intellij.openapi.util.Key;
import dev.nhd.client.Cluster;
import dev.nhd.client.Laptop;
import dev.nhd.client.Wait;
import dev.nhd.intellij.act.Act;
import dev.nhd.intellij.forward.Forwards;
import dev.nhd.intellij.forward.Ports;
import dev.nhd.intellij.settings.Memory;
import dev.nhd.intellij.settings.Settings;
import dev.nhd.intellij.shell.act.RowAction;
import dev.nhd.intellij.shell.window.Panel;
import dev.nhd.intellij.shell.window.WindowFactory;
import dev.nhd.intellij.start.StartForm;
import dev.nhd.intellij.tree.Row;
import java.awt.image.BufferedImage;
import java.io.File;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import javax.imageio.ImageIO;
import javax.swing.JComponent;
import javax.swing.JFrame;
import javax.swing.SwingUtilities;
import javax.swing.tree.DefaultMutableTreeNode;
import javax.swing.tree.TreePath;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The plugin on a screen, on the platform's own classes, with the real daemon and a workload of a real node. */
abstract class OnScreen {
    static final Duration LIMIT = Duration.ofSeconds(90);
    static final String IMAGE = "nhd-tests/dev:1";

    final Cluster cluster = Cluster.shared();
    final Answers answers = new Answers();
    Laptop laptop;
    Ide ide;
    String namespace;
    Desk desk;
    Panel panel;
    JFrame frame;

    @BeforeEach
    void open() throws Exception {
        laptop = new Laptop();
        namespace = cluster.deploy();
        ide = new Ide(laptop);
        Plugin.begin(laptop.environment());
        StoredSettings.write(new Settings(
                Laptop.cli().toString(), null, cluster.kubeconfig().toString(), null, namespace, false));
        desk = Desk.of(ide.project);
        desk.asks = answers;
        SwingUtilities.invokeAndWait(() -> {
            panel = (Panel) ide.open(new WindowFactory());
            frame = new JFrame("nhd");
            frame.setContentPane(panel);
            frame.setSize(620, 460);
            frame.setVisible(true);
        });
    }

    @AfterEach
    void close() throws Exception {
        SwingUtilities.invokeAndWait(frame::dispose);
        ide.close();
        laptop.close();
        cluster.delete(namespace);
    }

    boolean isEnabled(Act act) throws Exception {
        AnActionEvent event = event();
        SwingUtilities.invokeAndWait(() -> action(act).update(event));
        return event.getPresentation().isEnabled();
    }

    void press(Act act) throws Exception {
        assertTrue(isEnabled(act), act + " is not possible on " + panel.tree().selected());
        SwingUtilities.invokeAndWait(() -> action(act).actionPerformed(event()));
    }

    RowAction action(Act act) {
        return new RowAction(act, desk, panel.tree()::selected, panel.acts(), false);
    }

    static AnActionEvent event() {
        return new AnActionEvent(
                null, DataContext.EMPTY_CONTEXT, "nhd", new com.intellij.openapi.actionSystem.Presentation(),
                com.intellij.openapi.actionSystem.ActionManager.getInstance(), 0);
    }

    Notification said(String text) {
        return ide.notifications.stream().filter(each -> each.getContent().contains(text)).findFirst().orElse(null);
    }

    static StringBuffer textOf(ProcessHandler process) {
        StringBuffer text = new StringBuffer();
        process.addProcessListener(new ProcessAdapter() {
            @Override
            @SuppressWarnings("rawtypes")
            public void onTextAvailable(ProcessEvent event, Key type) {
                text.append(event.getText());
            }
        });
        return text;
    }

    /** The row on the screen whose id has that part, once there is one as is wanted. */
    Row await(String part, Predicate<Row> wanted) throws Exception {
        AtomicReference<Row> found = new AtomicReference<>();
        Wait.until("the row " + part, LIMIT, () -> {
            SwingUtilities.invokeAndWait(() -> found.set(visible(part).filter(wanted).orElse(null)));
            return found.get() != null;
        });
        return found.get();
    }

    private Optional<Row> visible(String part) {
        for (int at = 0; at < panel.tree().getRowCount(); at++) {
            Object node = panel.tree().getPathForRow(at).getLastPathComponent();
            boolean isIt = ((DefaultMutableTreeNode) node).getUserObject() instanceof Row row
                    && (row.id().endsWith(part) || row.id().startsWith(part) && row.id().indexOf('/', part.length()) < 0);
            if (isIt) {
                return Optional.of((Row) ((DefaultMutableTreeNode) node).getUserObject());
            }
        }
        return Optional.empty();
    }

    void select(Row wanted) throws Exception {
        SwingUtilities.invokeAndWait(() -> {
            for (int at = 0; at < panel.tree().getRowCount(); at++) {
                TreePath path = panel.tree().getPathForRow(at);
                Object shown = ((DefaultMutableTreeNode) path.getLastPathComponent()).getUserObject();
                if (shown instanceof Row row && row.id().equals(wanted.id())) {
                    panel.tree().setSelectionPath(path);
                }
            }
        });
        assertEquals(wanted.id(), panel.tree().selected().id());
    }

    void picture(String name) throws Exception {
        picture(name, panel);
    }

    /** For people to look at: target/pictures. */
    static void picture(String name, JComponent component) throws Exception {
        SwingUtilities.invokeAndWait(() -> {
            JFrame own = null;
            if (!component.isShowing()) {
                own = new JFrame(name);
                own.setContentPane(component);
                own.pack();
                own.setVisible(true);
            }
            BufferedImage image =
                    new BufferedImage(component.getWidth(), component.getHeight(), BufferedImage.TYPE_INT_RGB);
            component.paint(image.getGraphics());
            try {
                File folder = new File("target/pictures");
                folder.mkdirs();
                ImageIO.write(image, "png", new File(folder, name + ".png"));
            } catch (java.io.IOException error) {
                throw new java.io.UncheckedIOException(error);
            }
            if (own != null) {
                own.dispose();
            }
        });
    }

    /** What the user answers. */
    static final class Answers implements Asks {
        volatile Memory.Choices choices;
        volatile Ports ports;
        volatile StartForm form;

        @Override
        public Optional<Memory.Choices> start(Desk desk, String title, StartForm asked) {
            form = asked;
            return Optional.ofNullable(choices);
        }

        @Override
        public Optional<Ports> ports(Desk desk, String name, List<Forwards.Suggestion> suggestions) {
            return Optional.ofNullable(ports);
        }

        @Override
        public boolean confirms(Desk desk, String question, String detail, String yes) {
            return true;
        }
    }
}
