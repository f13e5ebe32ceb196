package dev.nhd.intellij.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.intellij.execution.ExecutionException;
import com.intellij.execution.configurations.RunConfiguration;
import com.intellij.execution.process.ProcessHandler;
import dev.nhd.client.Wait;
import dev.nhd.intellij.act.Act;
import dev.nhd.intellij.settings.Memory;
import dev.nhd.intellij.shell.run.NhdConfigurationType;
import dev.nhd.intellij.tree.Row;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import javax.swing.SwingUtilities;
import org.jdom.Element;
import org.junit.jupiter.api.Test;

/** The run configuration, from its file to what runs in the pod. */
class RunTest extends OnScreen {
    @Test
    void aRunConfigurationRunsWhatIsSaved() throws Exception {
        Path file = laptop.source().resolve(".nocalhost/config.yaml");
        Files.createDirectory(file.getParent());
        Files.writeString(file, """
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
        String id = session.id().substring("session/".length());
        Wait.until("nothing runs in the pod", LIMIT, () -> desk.nhd.sessions().streams(id).isEmpty());
        select(session);
        press(Act.END);
        await("/deployment/web", row -> panel.acts().possible(row).contains(Act.START));
    }
}
