package dev.nhd.intellij;

import dev.nhd.client.Cluster;
import dev.nhd.client.Laptop;
import dev.nhd.client.Wait;
import dev.nhd.client.protocol.WorkloadRef;
import dev.nhd.intellij.act.Act;
import dev.nhd.intellij.act.Possible;
import dev.nhd.intellij.settings.Kept;
import dev.nhd.intellij.settings.KeptInMemory;
import dev.nhd.intellij.settings.Memory;
import dev.nhd.intellij.settings.Settings;
import dev.nhd.intellij.settings.Target;
import dev.nhd.intellij.start.Starts;
import dev.nhd.intellij.start.StartRequest;
import dev.nhd.intellij.tree.Explorer;
import dev.nhd.intellij.tree.Row;
import dev.nhd.intellij.words.Texts;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The plugin without an IDE, on a laptop: a thread that draws, and others that wait. */
final class Desk implements AutoCloseable, Starts.Task {
    static final Duration LIMIT = Duration.ofSeconds(90);

    final Laptop laptop;
    final ExecutorService drawing = Executors.newSingleThreadExecutor();
    final ExecutorService working = Executors.newCachedThreadPool();
    final Kept kept = new KeptInMemory();
    final Memory memory = new Memory(kept);
    final Nhd nhd;
    final Target target;
    final Explorer explorer;
    final Starts starts;
    /** What the task said, and how far it was. */
    final List<String> said = new CopyOnWriteArrayList<>();
    final List<Double> fractions = new CopyOnWriteArrayList<>();
    volatile boolean isCancelled;

    Desk(Laptop laptop) {
        this.laptop = laptop;
        String kubeconfig = Cluster.shared().kubeconfig().toString();
        Settings settings = new Settings(Laptop.cli().toString(), null, kubeconfig, null, null, false);
        nhd = new Nhd(() -> settings, null, laptop.environment(), "jvm-test 1", drawing, Texts.ENGLISH);
        target = new Target(kept, () -> settings);
        explorer = new Explorer(
                nhd.daemon(), nhd.sessions(), target, drawing, working, () -> { }, Texts.ENGLISH);
        starts = new Starts(nhd.daemon(), nhd.sessions(), memory, Texts.ENGLISH);
    }

    StartRequest web(String namespace, String image) {
        WorkloadRef workload = new WorkloadRef("Deployment", "web", namespace);
        return new StartRequest(target.place(), workload, null, image, laptop.source().toString());
    }

    void draw(Runnable task) throws Exception {
        drawing.submit(task).get();
    }

    /** The tree, looked at where it is drawn; what is to be unfolded at first is, as a tree on the screen does. */
    List<Row> rows() throws Exception {
        return drawing.submit(() -> explorer.roots(Instant.now())).get();
    }

    Stream<Row> all() throws Exception {
        return flat(rows());
    }

    private static Stream<Row> flat(List<Row> rows) {
        return rows.stream().flatMap(row ->
                Stream.concat(Stream.of(row), row.children() == null ? Stream.empty() : flat(row.children())));
    }

    /** The row of that id, once there is one as is wanted. */
    Row await(String id, Predicate<Row> wanted) throws Exception {
        Row[] found = new Row[1];
        Wait.until("the row " + id, LIMIT, () -> {
            Optional<Row> row = all().filter(each -> each.id().equals(id)).findFirst();
            found[0] = row.orElse(null);
            return row.filter(wanted).isPresent();
        });
        return found[0];
    }

    /** Shows the tree and unfolds the context and the namespace. */
    String unfold(String namespace) throws Exception {
        target.chooseNamespace(namespace, null);
        draw(explorer::show);
        Row[] context = new Row[1];
        Wait.until("a context", LIMIT, () -> {
            context[0] = all().filter(row -> row.id().startsWith("context/") && row.isOpen()).findFirst().orElse(null);
            return context[0] != null;
        });
        draw(() -> explorer.unfold(context[0]));
        Row chosen = context[0].children().get(0);
        draw(() -> explorer.unfold(chosen));
        return chosen.id();
    }

    Set<Act> possible(Row row) {
        return Possible.on(row.subject(), nhd.daemon()::has);
    }

    @Override
    public void says(String words) {
        said.add(words);
    }

    @Override
    public void isAt(OptionalDouble fraction) {
        fraction.ifPresent(fractions::add);
    }

    @Override
    public boolean isCancelled() {
        return isCancelled;
    }

    @Override
    public void close() throws Exception {
        nhd.close();
        drawing.shutdownNow();
        working.shutdownNow();
    }
}
