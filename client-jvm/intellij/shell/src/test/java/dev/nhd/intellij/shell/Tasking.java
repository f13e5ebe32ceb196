package dev.nhd.intellij.shell;

import com.intellij.openapi.progress.Task;
import com.intellij.openapi.progress.impl.CoreProgressManager;
import com.intellij.openapi.progress.util.AbstractProgressIndicatorBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The platform's progress manager, which runs a background task on a thread without a bar on the screen. */
final class Tasking extends CoreProgressManager {
    final List<Bar> bars = new CopyOnWriteArrayList<>();

    /** What a bar shows, and what it has shown. */
    static final class Bar extends AbstractProgressIndicatorBase {
        final String title;
        final List<String> texts = new CopyOnWriteArrayList<>();
        final List<Double> fractions = new CopyOnWriteArrayList<>();
        volatile boolean isOver;

        Bar(String title) {
            this.title = title;
        }

        @Override
        public void setText(String text) {
            super.setText(text);
            texts.add(text);
        }

        @Override
        public void setFraction(double fraction) {
            super.setFraction(fraction);
            fractions.add(fraction);
        }
    }

    @Override
    public void run(Task task) {
        Bar bar = new Bar(task.getTitle());
        bars.add(bar);
        Thread thread = new Thread(() -> {
            try {
                runProcess(() -> task.run(bar), bar);
            } finally {
                bar.isOver = true;
            }
        }, "task " + task.getTitle());
        thread.setDaemon(true);
        thread.start();
    }

    /** The one that was begun last with this title. */
    Bar of(String title) {
        for (int at = bars.size() - 1; at >= 0; at--) {
            if (bars.get(at).title.equals(title)) {
                return bars.get(at);
            }
        }
        return null;
    }
}
