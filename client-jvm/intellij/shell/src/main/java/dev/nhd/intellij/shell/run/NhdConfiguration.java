package dev.nhd.intellij.shell.run;

import com.intellij.execution.ExecutionException;
import com.intellij.execution.Executor;
import com.intellij.execution.configurations.ConfigurationFactory;
import com.intellij.execution.configurations.RunConfiguration;
import com.intellij.execution.configurations.RunConfigurationBase;
import com.intellij.execution.configurations.RunProfileState;
import com.intellij.execution.runners.ExecutionEnvironment;
import com.intellij.openapi.options.SettingsEditor;
import com.intellij.openapi.project.Project;
import dev.nhd.client.protocol.NamedCommand;
import dev.nhd.client.protocol.SessionStatus;
import dev.nhd.intellij.model.Folders;
import dev.nhd.intellij.shell.Desk;
import dev.nhd.intellij.words.Words;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jdom.Element;

/** Which command of which workload is run. Everything saved is in the pod before. */
public final class NhdConfiguration extends RunConfigurationBase<Element> {
    private String command = NamedCommand.RUN;
    /** As {@code deployment/web}; empty for the one of this project. */
    private String workload = "";

    NhdConfiguration(Project project, ConfigurationFactory factory) {
        super(project, factory, "nhd");
    }

    String command() {
        return command;
    }

    String workload() {
        return workload;
    }

    void set(String ofCommand, String ofWorkload) {
        command = ofCommand;
        workload = ofWorkload.strip();
    }

    @Override
    public SettingsEditor<? extends RunConfiguration> getConfigurationEditor() {
        return new NhdConfigurationEditor(Desk.of(getProject()).texts);
    }

    @Override
    public RunProfileState getState(Executor executor, ExecutionEnvironment environment) throws ExecutionException {
        Desk desk = Desk.of(getProject());
        SessionStatus status = session(desk).orElseThrow(() -> {
            String what = workload.isEmpty() ? desk.texts.t("this folder") : workload;
            return new ExecutionException(desk.texts.t("{0} is not in DevMode; start it first", what));
        });
        return (by, runner) -> new Running(desk, status).run(command);
    }

    private Optional<SessionStatus> session(Desk desk) {
        List<SessionStatus> live = desk.nhd.sessions().live();
        if (!workload.isEmpty()) {
            return live.stream().filter(status -> Words.workload(status.workload()).equals(workload)).findFirst();
        }
        String base = desk.project.getBasePath();
        return base == null ? Optional.empty() : Folders.here(live, null, List.of(Path.of(base))).stream().findFirst();
    }

    @Override
    public void readExternal(Element element) {
        super.readExternal(element);
        command = Objects.requireNonNullElse(element.getAttributeValue("command"), NamedCommand.RUN);
        workload = Objects.requireNonNullElse(element.getAttributeValue("workload"), "");
    }

    @Override
    public void writeExternal(Element element) {
        super.writeExternal(element);
        element.setAttribute("command", command);
        if (!workload.isEmpty()) {
            element.setAttribute("workload", workload);
        }
    }
}
