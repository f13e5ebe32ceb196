package dev.nhd.intellij.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.timeout;
import static org.mockito.Mockito.verify;

import com.intellij.notification.Notification;
import dev.nhd.client.Laptop;
import dev.nhd.client.Wait;
import dev.nhd.intellij.act.Act;
import dev.nhd.intellij.forward.Ports;
import dev.nhd.intellij.settings.Memory;
import dev.nhd.intellij.settings.Settings;
import dev.nhd.intellij.shell.status.StatusWidget;
import dev.nhd.intellij.tree.Row;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import javax.swing.JComponent;
import javax.swing.SwingUtilities;
import org.junit.jupiter.api.Test;

/** What a developer does with the window. */
class ScreenTest extends OnScreen {
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
}
