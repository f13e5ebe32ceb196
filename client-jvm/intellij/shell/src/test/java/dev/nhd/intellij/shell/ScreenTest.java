package dev.nhd.intellij.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.timeout;
import static org.mockito.Mockito.verify;

import com.intellij.execution.ExecutionException;
import com.intellij.execution.configurations.RunConfiguration;
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
import dev.nhd.intellij.shell.run.NhdConfigurationType;
import dev.nhd.intellij.shell.status.StatusWidget;
import dev.nhd.intellij.shell.window.Panel;
import dev.nhd.intellij.shell.window.WindowFactory;
import dev.nhd.intellij.start.StartForm;
import dev.nhd.intellij.tree.Row;
import java.awt.image.BufferedImage;
import java.io.File;
import java.nio.charset.StandardCharsets;
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
import org.jdom.Element;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The plugin on the screen, on the platform's own classes, with the real daemon and a real pod. */
class ScreenTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final String IMAGE = "nhd-tests/dev:1";

    private final Cluster cluster = Cluster.shared();
    private final Answers answers = new Answers();
    private Laptop laptop;
    private Ide ide;
    private String namespace;
    private Desk desk;
    private Panel panel;
    private JFrame frame;

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

    @Test
    void aDayOnTheScreen() throws Exception {
        StatusWidget widget = new StatusWidget(desk);
        Row free = await("/deployment/web", row -> row.detail().equals("1 of 1 ready"));
        picture("workloads");
        assertEquals("", widget.getText());

        select(free);
        assertTrue(isEnabled(Act.START));
        assertFalse(isEnabled(Act.END));
        answers.choices = new Memory.Choices(null, IMAGE, laptop.source().toString());
        press(Act.PLAN);
        Wait.until("the plan", LIMIT, () -> said("Plan: DevMode of web") != null);
        verify(ide.diffs, timeout(20_000)).showDiff(any(), any(com.intellij.diff.chains.DiffRequestChain.class), any());
        picture("start", new StartFields(ide.project, desk.texts, answers.form).component());

        press(Act.START);
        Row session = await("session/", row -> row.detail().endsWith("in sync"));
        Tasking.Bar bar = ide.tasks.of("Starting DevMode of web");
        Wait.until("the task is over", LIMIT, () -> bar.isOver);
        assertFalse(bar.texts.isEmpty());
        assertTrue(bar.fractions.stream().anyMatch(fraction -> fraction > 0.5), bar.fractions.toString());
        await("/deployment/web", row -> row.detail().equals("in DevMode here"));
        assertEquals("web: in sync", widget.getText());
        assertTrue(widget.getTooltipText().contains(laptop.source().toString()));

        select(session);
        press(Act.OPEN_TERMINAL);
        Wait.until("a console", LIMIT, () -> ide.consoles.size() == 1);
        StringBuffer console = textOf(ide.consoles.get(0));
        ide.consoles.get(0).getProcessInput().write("echo sum-$((40 + 2))\n".getBytes(StandardCharsets.UTF_8));
        Wait.until("the answer on the console: " + console, LIMIT, () -> console.toString().contains("sum-42"));

        answers.ports = new Ports(null, 9080);
        press(Act.ADD_FORWARD);
        Wait.until("the forward is told", LIMIT, () -> said("leads to port 9080 of web") != null);
        await("/9080", row -> true);
        press(Act.PAUSE_SYNC);
        await("session/", row -> row.detail().endsWith("paused"));
        press(Act.RESUME_SYNC);
        await("session/", row -> row.detail().endsWith("in sync"));
        picture("devmode");

        ide.consoles.get(0).destroyProcess();
        Wait.until("the console has ended: " + console, LIMIT, () -> ide.consoles.get(0).isProcessTerminated());
        select(await("session/", row -> true));
        press(Act.END);
        await("/deployment/web", row -> panel.acts().possible(row).contains(Act.START));
        assertEquals("", widget.getText());
        assertEquals(1, laptop.processes().size(), "no process but the daemon: " + laptop.processes());
    }

    @Test
    void aFailureHasAWayOut() throws Exception {
        select(await("/deployment/web", row -> row.detail().equals("1 of 1 ready")));
        answers.choices = new Memory.Choices(null, IMAGE, "/no/such/folder");
        press(Act.START);
        Wait.until("a failure", LIMIT, () -> !ide.notifications.isEmpty());
        Notification failure = ide.notifications.get(0);
        assertTrue(failure.getContent().contains("/no/such/folder"), failure.getContent());
        List<String> buttons = failure.getActions().stream().map(it -> it.getTemplatePresentation().getText()).toList();
        assertEquals(List.of("Choose Folder…"), buttons);

        answers.choices = null;
        answers.form = null;
        SwingUtilities.invokeAndWait(() -> Notification.fire(failure, failure.getActions().get(0)));
        Wait.until("it is asked again", LIMIT, () -> answers.form != null);
        assertEquals(List.of(), desk.nhd.sessions().all());
    }

    @Test
    void theDoctorAndTheSettings() throws Exception {
        await("/deployment/web", row -> true);
        SwingUtilities.invokeAndWait(() -> new dev.nhd.intellij.shell.act.PlaceActs(desk).doctor());
        Wait.until("the doctor has looked", LIMIT, () -> ide.tasks.of("nhd looks for what is wrong").isOver);
        SwingUtilities.invokeAndWait(() -> verify(ide.editors).openFile(any(), org.mockito.ArgumentMatchers.eq(true)));

        SettingsPage page = new SettingsPage();
        AtomicReference<JComponent> shown = new AtomicReference<>();
        SwingUtilities.invokeAndWait(() -> shown.set(page.createComponent()));
        assertFalse(page.isModified());
        picture("settings", shown.get());
        StoredSettings.write(Settings.NONE);
        assertTrue(page.isModified());
        desk.target.chooseNamespace("other", null);
        SwingUtilities.invokeAndWait(page::apply);
        assertEquals(namespace, desk.target.place().namespace());
        assertEquals(Laptop.cli().toString(), StoredSettings.read().path());
    }

    @Test
    void aRunConfigurationRunsWhatIsSaved() throws Exception {
        java.nio.file.Path file = laptop.source().resolve(".nocalhost/config.yaml");
        java.nio.file.Files.createDirectory(file.getParent());
        java.nio.file.Files.writeString(file, """
                name: web
                serviceType: deployment
                containers:
                  - name: ""
                    dev:
                      image: nhd-tests/dev:1
                      command:
                        run: ["echo running $(cat first.txt); sleep 600"]
                """);
        NhdConfigurationType type = new NhdConfigurationType();
        RunConfiguration fresh = type.getConfigurationFactories()[0].createTemplateConfiguration(ide.project);
        ExecutionException refused = assertThrows(ExecutionException.class, () -> fresh.getState(null, null));
        assertEquals("this folder is not in DevMode; start it first", refused.getMessage());

        select(await("/deployment/web", row -> row.detail().equals("1 of 1 ready")));
        answers.choices = new Memory.Choices(null, null, laptop.source().toString());
        press(Act.START);
        Row session = await("session/", row -> row.detail().endsWith("in sync"));
        Element kept = new Element("configuration");
        kept.setAttribute("command", "run").setAttribute("workload", "deployment/web");
        RunConfiguration configuration = type.getConfigurationFactories()[0].createTemplateConfiguration(ide.project);
        configuration.readExternal(kept);
        Element written = new Element("configuration");
        configuration.writeExternal(written);
        assertEquals("deployment/web", written.getAttributeValue("workload"));

        laptop.save("first.txt", "later");
        AtomicReference<ProcessHandler> process = new AtomicReference<>();
        SwingUtilities.invokeAndWait(() -> {
            try {
                process.set(configuration.getState(null, null).execute(null, null).getProcessHandler());
            } catch (ExecutionException error) {
                throw new AssertionError(error);
            }
        });
        StringBuffer console = textOf(process.get());
        process.get().startNotify();
        Wait.until("it runs: " + console, LIMIT, () -> console.toString().contains("running later"));
        process.get().destroyProcess();
        Wait.until("it has ended: " + console, LIMIT, () -> process.get().isProcessTerminated());
        select(session);
        press(Act.END);
        await("/deployment/web", row -> panel.acts().possible(row).contains(Act.START));
    }

    private boolean isEnabled(Act act) throws Exception {
        AnActionEvent event = event();
        SwingUtilities.invokeAndWait(() -> action(act).update(event));
        return event.getPresentation().isEnabled();
    }

    private void press(Act act) throws Exception {
        assertTrue(isEnabled(act), act + " is not possible on " + panel.tree().selected());
        SwingUtilities.invokeAndWait(() -> action(act).actionPerformed(event()));
    }

    private RowAction action(Act act) {
        return new RowAction(act, desk, panel.tree()::selected, panel.acts(), false);
    }

    private static AnActionEvent event() {
        return new AnActionEvent(
                null, DataContext.EMPTY_CONTEXT, "nhd", new com.intellij.openapi.actionSystem.Presentation(),
                com.intellij.openapi.actionSystem.ActionManager.getInstance(), 0);
    }

    private Notification said(String text) {
        return ide.notifications.stream().filter(each -> each.getContent().contains(text)).findFirst().orElse(null);
    }

    private static StringBuffer textOf(ProcessHandler process) {
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
    private Row await(String part, Predicate<Row> wanted) throws Exception {
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

    private void select(Row wanted) throws Exception {
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

    private void picture(String name) throws Exception {
        picture(name, panel);
    }

    /** For people to look at: target/pictures. */
    private static void picture(String name, JComponent component) throws Exception {
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
    private static final class Answers implements Asks {
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
