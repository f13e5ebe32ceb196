package dev.nhd.intellij.shell.run;

import com.intellij.execution.configurations.ConfigurationFactory;
import com.intellij.execution.configurations.ConfigurationType;
import com.intellij.execution.configurations.RunConfiguration;
import com.intellij.openapi.project.Project;
import dev.nhd.intellij.shell.Icons;
import dev.nhd.intellij.words.Texts;
import java.util.Locale;
import javax.swing.Icon;

/** The run configurations <i>nhd</i>: a command of the dev configuration, in the pod. */
public final class NhdConfigurationType implements ConfigurationType {
    private static final String ID = "nhd";

    private final ConfigurationFactory factory = new Factory(this);

    @Override
    public String getDisplayName() {
        return "nhd";
    }

    @Override
    public String getConfigurationTypeDescription() {
        return Texts.of(Locale.getDefault()).t("in the dev container, once everything saved is there");
    }

    @Override
    public Icon getIcon() {
        return Icons.named("nhd");
    }

    @Override
    public String getId() {
        return ID;
    }

    @Override
    public ConfigurationFactory[] getConfigurationFactories() {
        return new ConfigurationFactory[] {factory};
    }

    private static final class Factory extends ConfigurationFactory {
        Factory(ConfigurationType type) {
            super(type);
        }

        @Override
        public String getId() {
            return ID;
        }

        @Override
        public RunConfiguration createTemplateConfiguration(Project project) {
            return new NhdConfiguration(project, this);
        }
    }
}
