package dev.nhd.intellij.shell;

import dev.nhd.intellij.forward.Forwards;
import dev.nhd.intellij.forward.Ports;
import dev.nhd.intellij.settings.Memory;
import dev.nhd.intellij.start.StartForm;
import java.util.List;
import java.util.Optional;

/** What the user is asked, on the thread that draws. {@link Dialogs} asks on the screen. */
public interface Asks {
    /** @return what is to be started with, or empty where the user gave up */
    Optional<Memory.Choices> start(Desk desk, String title, StartForm form);

    /** @return the ports of a forward, or empty where the user gave up */
    Optional<Ports> ports(Desk desk, String name, List<Forwards.Suggestion> suggestions);

    /** Whether the user wants it. */
    boolean confirms(Desk desk, String question, String detail, String yes);
}
