package dev.nhd.intellij.shell;

import com.intellij.openapi.fileChooser.FileChooser;
import com.intellij.openapi.fileChooser.FileChooserDescriptor;
import com.intellij.openapi.fileChooser.FileChooserDescriptorFactory;
import com.intellij.openapi.project.Project;
import com.intellij.openapi.ui.ComboBox;
import com.intellij.openapi.ui.TextFieldWithBrowseButton;
import com.intellij.openapi.vfs.LocalFileSystem;
import com.intellij.openapi.vfs.VirtualFile;
import com.intellij.util.ui.FormBuilder;
import dev.nhd.intellij.settings.Memory;
import dev.nhd.intellij.start.StartForm;
import dev.nhd.intellij.words.Texts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import javax.swing.JComponent;
import javax.swing.JLabel;
import javax.swing.JPanel;
import javax.swing.JTextField;

/** What a start asks: folder, container, image, each with what is likely. */
final class StartFields {
    private final Texts texts;
    private final StartForm form;
    private final TextFieldWithBrowseButton folder;
    private final ComboBox<String> container;
    private final ComboBox<String> image;
    private final JLabel why = new JLabel(" ");
    private final JPanel panel;

    StartFields(Project project, Texts texts, StartForm form) {
        this.texts = texts;
        this.form = form;
        String choose = texts.t("Choose the folder with the sources");
        folder = new TextFieldWithBrowseButton(new JTextField(40));
        folder.addActionListener(event -> browse(project, choose));
        folder.setText(form.source() == null ? "" : form.source());
        container = new ComboBox<>(form.containers().toArray(new String[0]));
        container.setSelectedItem(form.container());
        container.setEnabled(form.containers().size() > 1);
        image = new ComboBox<>(form.images().stream().map(StartForm.Image::image).toArray(String[]::new));
        image.setEditable(true);
        image.setSelectedItem(form.image() == null ? "" : form.image());
        image.addActionListener(event -> explain());
        explain();
        panel = FormBuilder.createFormBuilder()
                .addLabeledComponent(texts.t("Folder with the sources:"), folder)
                .addLabeledComponent(texts.t("Container:"), container)
                .addLabeledComponent(texts.t("Dev image:"), image)
                .addComponentToRightColumn(why)
                .getPanel();
    }

    private void browse(Project project, String title) {
        FileChooserDescriptor descriptor = FileChooserDescriptorFactory.createSingleFolderDescriptor();
        descriptor.setTitle(title);
        VirtualFile shown = LocalFileSystem.getInstance().findFileByPath(folder.getText().strip());
        VirtualFile chosen = FileChooser.chooseFile(descriptor, project, shown);
        if (chosen != null) {
            folder.setText(chosen.getPath());
        }
    }

    JComponent component() {
        return panel;
    }

    JComponent first() {
        return image;
    }

    private void explain() {
        String reason = form.images().stream()
                .filter(each -> each.image().equals(image()))
                .map(StartForm.Image::why)
                .findFirst()
                .orElse(" ");
        why.setText(reason);
    }

    private String image() {
        Object typed = image.getEditor().getItem();
        return typed == null ? "" : typed.toString().strip();
    }

    /** What stands in the way of a start, if anything does. */
    Optional<String> problem() {
        if (!Files.isDirectory(Path.of(folder.getText().strip())) || folder.getText().isBlank()) {
            return Optional.of(texts.t("Choose the folder with the sources"));
        }
        if (image().isEmpty()) {
            return Optional.of(texts.t("Type the dev image, such as golang:1.24"));
        }
        if (form.containers().size() > 1 && container.getSelectedItem() == null) {
            return Optional.of(texts.t("Choose the container to develop in"));
        }
        return Optional.empty();
    }

    /** What the dev configuration says and nobody changed is left to it. */
    Memory.Choices choices() {
        String chosen = (String) container.getSelectedItem();
        boolean isConfigured = form.isContainerConfigured() && chosen != null && chosen.equals(form.container());
        boolean isImageConfigured = form.isImageConfigured() && image().equals(form.image());
        boolean isOnly = form.containers().size() < 2;
        return new Memory.Choices(
                isConfigured || isOnly ? null : chosen, isImageConfigured ? null : image(), folder.getText().strip());
    }
}
