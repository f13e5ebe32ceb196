package dev.nhd.intellij.shell;

import com.intellij.openapi.ui.DialogWrapper;
import com.intellij.openapi.ui.InputValidator;
import com.intellij.openapi.ui.Messages;
import com.intellij.openapi.ui.ValidationInfo;
import dev.nhd.intellij.forward.Forwards;
import dev.nhd.intellij.forward.Ports;
import dev.nhd.intellij.settings.Memory;
import dev.nhd.intellij.start.StartForm;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.swing.JComponent;

/** Asks by the IDE's own dialogs. */
final class Dialogs implements Asks {
    @Override
    public Optional<Memory.Choices> start(Desk desk, String title, StartForm form) {
        StartDialog dialog = new StartDialog(desk, title, form);
        return dialog.showAndGet() ? Optional.of(dialog.fields.choices()) : Optional.empty();
    }

    @Override
    public Optional<Ports> ports(Desk desk, String name, List<Forwards.Suggestion> suggestions) {
        String wrong = desk.texts.t("Type a port, or LOCAL:REMOTE, from 1 to 65535.");
        String known = suggestions.stream()
                .map(each -> each.port() + "  " + each.why())
                .collect(Collectors.joining("\n"));
        String question =
                desk.texts.t("The port in the pod, such as 8080; or LOCAL:REMOTE, such as 3000:8080") + "\n" + known;
        String first = suggestions.isEmpty() ? "" : String.valueOf(suggestions.get(0).port());
        InputValidator validator = new InputValidator() {
            @Override
            public boolean checkInput(String text) {
                return Ports.of(text).isPresent();
            }

            @Override
            public boolean canClose(String text) {
                if (checkInput(text)) {
                    return true;
                }
                Messages.showErrorDialog(desk.project, wrong, "nhd");
                return false;
            }
        };
        String title = desk.texts.t("Forward a Port of {0}", name);
        String typed = Messages.showInputDialog(desk.project, question, title, null, first, validator);
        return typed == null ? Optional.empty() : Ports.of(typed);
    }

    @Override
    public boolean confirms(Desk desk, String question, String detail, String yes) {
        String no = desk.texts.t("Cancel");
        int answer =
                Messages.showOkCancelDialog(desk.project, detail, question, yes, no, Messages.getWarningIcon());
        return answer == Messages.OK;
    }

    private static final class StartDialog extends DialogWrapper {
        private final StartFields fields;

        StartDialog(Desk desk, String title, StartForm form) {
            super(desk.project, true);
            fields = new StartFields(desk.project, desk.texts, form);
            setTitle(title);
            setOKButtonText(desk.texts.t("Start DevMode"));
            init();
        }

        @Override
        protected JComponent createCenterPanel() {
            return fields.component();
        }

        @Override
        public JComponent getPreferredFocusedComponent() {
            return fields.first();
        }

        @Override
        protected ValidationInfo doValidate() {
            return fields.problem().map(problem -> new ValidationInfo(problem, fields.first())).orElse(null);
        }
    }
}
