package dev.nhd.intellij.shell;

import com.intellij.openapi.Disposable;
import com.intellij.openapi.project.Project;
import com.intellij.openapi.util.Disposer;
import com.intellij.openapi.util.Key;
import dev.nhd.intellij.Nhd;
import dev.nhd.intellij.forward.Forwards;
import dev.nhd.intellij.settings.Memory;
import dev.nhd.intellij.settings.Target;
import dev.nhd.intellij.start.StartForms;
import dev.nhd.intellij.start.Starts;
import dev.nhd.intellij.stream.Streams;
import dev.nhd.intellij.words.Messages;
import dev.nhd.intellij.words.Texts;

/** What one project works with. */
public final class Desk implements Disposable {
    private static final Key<Desk> KEY = Key.create("dev.nhd.intellij.desk");

    public final Project project;
    public final Nhd nhd = Plugin.nhd();
    public final Texts texts = nhd.texts();
    public final Messages messages = new Messages(texts);
    public final Target target;
    public final Memory memory;
    public final Starts starts;
    public final StartForms forms;
    public final Streams streams;
    public final Forwards forwards;
    /** On the screen; tests answer by themselves. */
    public Asks asks = new Dialogs();

    private Desk(Project project) {
        this.project = project;
        ProjectKept kept = new ProjectKept(project);
        target = new Target(kept, StoredSettings::read);
        memory = new Memory(kept);
        starts = new Starts(nhd.daemon(), nhd.sessions(), memory, texts);
        forms = new StartForms(nhd.daemon(), memory, texts);
        streams = new Streams(nhd.daemon(), texts);
        forwards = new Forwards(nhd.daemon(), texts);
        Disposer.register(project, this);
    }

    public static Desk of(Project project) {
        synchronized (KEY) {
            Desk desk = project.getUserData(KEY);
            if (desk == null) {
                desk = new Desk(project);
                project.putUserData(KEY, desk);
            }
            return desk;
        }
    }

    @Override
    public void dispose() {
        project.putUserData(KEY, null);
    }
}
