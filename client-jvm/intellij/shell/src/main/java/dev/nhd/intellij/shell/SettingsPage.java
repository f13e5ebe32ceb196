package dev.nhd.intellij.shell;

import com.intellij.openapi.options.Configurable;
import com.intellij.openapi.project.Project;
import com.intellij.openapi.project.ProjectManager;
import com.intellij.util.ui.FormBuilder;
import dev.nhd.intellij.settings.Settings;
import dev.nhd.intellij.words.Texts;
import java.util.Locale;
import java.util.Objects;
import javax.swing.JCheckBox;
import javax.swing.JComponent;
import javax.swing.JPanel;
import javax.swing.JTextField;

/** The settings, for all projects. An empty field leaves it to the kubeconfig or to what is found. */
public final class SettingsPage implements Configurable {
    private final Texts texts = Texts.of(Locale.getDefault());
    private final JTextField path = new JTextField(40);
    private final JTextField syncthing = new JTextField(40);
    private final JTextField kubeconfig = new JTextField(40);
    private final JTextField context = new JTextField(40);
    private final JTextField namespace = new JTextField(40);
    private final JCheckBox planBeforeStart = new JCheckBox(texts.t("Show the plan before each start"));

    @Override
    public String getDisplayName() {
        return "nhd";
    }

    @Override
    public JComponent createComponent() {
        reset();
        JPanel panel = FormBuilder.createFormBuilder()
                .addLabeledComponent(texts.t("Folder of nhd:"), path)
                .addLabeledComponent("syncthing:", syncthing)
                .addLabeledComponent("kubeconfig:", kubeconfig)
                .addLabeledComponent(texts.t("Context:"), context)
                .addLabeledComponent(texts.t("Namespace:"), namespace)
                .addComponent(planBeforeStart)
                .addComponentFillVertically(new JPanel(), 0)
                .getPanel();
        return panel;
    }

    private Settings shown() {
        return new Settings(
                path.getText(), syncthing.getText(), kubeconfig.getText(), context.getText(), namespace.getText(),
                planBeforeStart.isSelected());
    }

    @Override
    public boolean isModified() {
        return !shown().equals(StoredSettings.read());
    }

    @Override
    public void apply() {
        StoredSettings.write(shown());
        for (Project project : ProjectManager.getInstance().getOpenProjects()) {
            Desk.of(project).target.settingsChanged();
        }
    }

    @Override
    public void reset() {
        Settings kept = StoredSettings.read();
        path.setText(Objects.requireNonNullElse(kept.path(), ""));
        syncthing.setText(Objects.requireNonNullElse(kept.syncthing(), ""));
        kubeconfig.setText(Objects.requireNonNullElse(kept.kubeconfig(), ""));
        context.setText(Objects.requireNonNullElse(kept.context(), ""));
        namespace.setText(Objects.requireNonNullElse(kept.namespace(), ""));
        planBeforeStart.setSelected(kept.planBeforeStart());
    }
}
