package dev.nhd.intellij.shell;

import com.intellij.notification.Notification;
import com.intellij.notification.NotificationAction;
import com.intellij.notification.NotificationType;
import com.intellij.notification.Notifications;
import com.intellij.openapi.actionSystem.AnActionEvent;
import com.intellij.openapi.diagnostic.Logger;
import dev.nhd.client.DaemonException;
import dev.nhd.client.protocol.ErrorInfo;
import dev.nhd.client.protocol.ErrorKind;
import dev.nhd.intellij.act.WayOut;
import dev.nhd.intellij.act.WaysOut;
import dev.nhd.intellij.words.Messages;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** How things are told: what happened, what to do next, and buttons for the way out. */
public final class Notices {
    /** As {@code plugin.xml} names it. */
    private static final String GROUP = "nhd";
    private static final Logger LOG = Logger.getInstance("#dev.nhd.intellij");

    private Notices() {}

    /** A button: what it says, and what it does. */
    public record Button(String text, Runnable press) {}

    /** A failure; what the user cancelled is none. */
    public static void failed(
            Desk desk, ErrorInfo error, WaysOut.Circumstances circumstances, Consumer<WayOut> chosen) {
        if (error.kind().equals(ErrorKind.CANCELLED)) {
            return;
        }
        LOG.info(error.kind() + ": " + error.message() + (error.hint() == null ? "" : "; " + error.hint()));
        Messages.Said said = desk.messages.inWords(error);
        String hint = said.hint() == null ? "" : Messages.sentence(said.hint());
        List<Button> buttons = WaysOut.of(error, circumstances).stream()
                .map(way -> new Button(desk.texts.t(way.english()), () -> chosen.accept(way)))
                .toList();
        String message = desk.messages.text(new Messages.Said(said.message(), null));
        tell(desk, NotificationType.ERROR, message, hint, buttons);
    }

    public static void say(Desk desk, String title, String text, Button... buttons) {
        tell(desk, NotificationType.INFORMATION, title, text, List.of(buttons));
    }

    private static void tell(Desk desk, NotificationType type, String title, String text, List<Button> buttons) {
        // Its text is HTML.
        String content = escaped(title) + (text.isEmpty() ? "" : "<br>" + escaped(text));
        Notification notification = new Notification(GROUP, "nhd", content, type);
        for (Button button : buttons) {
            notification.addAction(new NotificationAction(button.text()) {
                @Override
                public void actionPerformed(AnActionEvent event, Notification pressed) {
                    pressed.expire();
                    button.press().run();
                }
            });
        }
        Notifications.Bus.notify(notification, desk.project);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    /** A file of this machine that cannot be written, to be told like any other failure. */
    static DaemonException ofFile(IOException error) {
        String message = error.getClass().getSimpleName() + ": " + error.getMessage();
        return new DaemonException(new ErrorInfo(ErrorKind.INTERNAL, message, Map.of(), null, null, null, null));
    }
}
