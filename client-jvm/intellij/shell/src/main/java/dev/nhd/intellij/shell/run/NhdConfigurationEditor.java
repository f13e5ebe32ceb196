package dev.nhd.intellij.shell.run;

import com.intellij.openapi.options.SettingsEditor;
import com.intellij.openapi.ui.ComboBox;
import com.intellij.util.ui.FormBuilder;
import dev.nhd.client.protocol.NamedCommand;
import dev.nhd.intellij.words.Texts;
import javax.swing.JComponent;
import javax.swing.JTextField;

/** The fields of a run configuration. */
final class NhdConfigurationEditor extends SettingsEditor<NhdConfiguration> {
    private final Texts texts;
    private final ComboBox<String> command =
            new ComboBox<>(new String[] {NamedCommand.RUN, NamedCommand.DEBUG, NamedCommand.BUILD});
    private final JTextField workload = new JTextField(30);

    NhdConfigurationEditor(Texts texts) {
        this.texts = texts;
    }

    @Override
    protected void resetEditorFrom(NhdConfiguration configuration) {
        command.setSelectedItem(configuration.command());
        workload.setText(configuration.workload());
    }

    @Override
    protected void applyEditorTo(NhdConfiguration configuration) {
        configuration.set((String) command.getSelectedItem(), workload.getText());
    }

    @Override
    protected JComponent createEditor() {
        return FormBuilder.createFormBuilder()
                .addLabeledComponent(texts.t("Command of the dev configuration:"), command)
                .addLabeledComponent(texts.t("Workload, such as deployment/web:"), workload)
                .addTooltip(texts.t("Without one it is the workload of this project."))
                .getPanel();
    }
}
