package dev.nhd.intellij.shell.run;

import com.intellij.execution.ExecutionException;
import com.intellij.execution.RunManager;
import com.intellij.execution.RunnerAndConfigurationSettings;
import com.intellij.execution.configurations.ConfigurationType;
import com.intellij.execution.executors.DefaultDebugExecutor;
import com.intellij.execution.runners.ExecutionEnvironmentBuilder;
import com.intellij.openapi.diagnostic.Logger;
import com.intellij.openapi.ide.CopyPasteManager;
import dev.nhd.client.protocol.NamedCommand;
import dev.nhd.client.protocol.SessionStatus;
import dev.nhd.intellij.run.Debugging;
import dev.nhd.intellij.shell.Desk;
import dev.nhd.intellij.shell.Notices;
import dev.nhd.intellij.shell.Tasks;
import dev.nhd.intellij.shell.Threads;
import dev.nhd.intellij.shell.console.Consoles;
import dev.nhd.intellij.shell.console.StreamProcess;
import java.awt.datatransfer.StringSelection;
import org.jdom.Element;

/**
 * Brings a debugger to the pod: the IDE's own for Java, which is asked by its name, as only IDEs with Java have it; of other
 * languages the address to attach to.
 */
public final class Attach {
    /** How the Java plugin has always called its remote debugging. */
    private static final String REMOTE = "Remote";
    private static final Logger LOG = Logger.getInstance("#dev.nhd.intellij");

    private final Desk desk;
    private final Tasks.Failed failed;

    public Attach(Desk desk, Tasks.Failed failed) {
        this.desk = desk;
        this.failed = failed;
    }

    public void debug(SessionStatus status) {
        String name = status.workload().name();
        Debugging debugging = new Debugging(desk.nhd.daemon(), desk.streams, desk.texts);
        StreamProcess process = Consoles.process(desk, failed);
        Tasks.run(desk, desk.texts.t("Waiting for the debugger of {0}", name), failed, task -> {
            Debugging.Target target = debugging.prepare(status, process, stream ->
                    Consoles.tab(desk, name + ": " + NamedCommand.DEBUG, process, stream));
            Threads.draw(() -> attach(name, target));
        });
    }

    /** On the thread that draws. */
    void attach(String name, Debugging.Target target) {
        ConfigurationType remote = Debugging.isJava(target) ? remote() : null;
        if (remote == null) {
            String address = "localhost:" + target.port();
            String text = desk.texts.t("{0} → {1}", target.localFolder(), target.remoteFolder());
            Notices.Button copy = new Notices.Button(desk.texts.t("Copy Address"), () ->
                    CopyPasteManager.getInstance().setContents(new StringSelection(address)));
            String title = desk.texts.t("The debugger of {0} listens on {1}; attach yours to it.", name, address);
            Notices.say(desk, title, text, copy);
            return;
        }
        try {
            RunnerAndConfigurationSettings settings = RunManager.getInstance(desk.project)
                    .createConfiguration("nhd: " + name, remote.getConfigurationFactories()[0]);
            settings.getConfiguration().readExternal(remoteTo(target.port()));
            ExecutionEnvironmentBuilder.create(DefaultDebugExecutor.getDebugExecutorInstance(), settings).buildAndExecute();
        } catch (ExecutionException error) {
            LOG.info("the debugger could not be attached", error);
            Notices.say(desk, desk.texts.t("The debugger could not be attached."), String.valueOf(error.getMessage()));
        }
    }

    private static ConfigurationType remote() {
        for (ConfigurationType type : ConfigurationType.CONFIGURATION_TYPE_EP.getExtensionList()) {
            if (type.getId().equals(REMOTE)) {
                return type;
            }
        }
        return null;
    }

    /** As its configuration is written in a project's files. */
    static Element remoteTo(int port) {
        Element element = new Element("configuration");
        element.addContent(option("USE_SOCKET_TRANSPORT", "true"));
        element.addContent(option("SERVER_MODE", "false"));
        element.addContent(option("HOST", "localhost"));
        element.addContent(option("PORT", String.valueOf(port)));
        return element;
    }

    private static Element option(String name, String value) {
        return new Element("option").setAttribute("name", name).setAttribute("value", value);
    }
}
