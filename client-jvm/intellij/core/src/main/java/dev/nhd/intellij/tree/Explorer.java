package dev.nhd.intellij.tree;

import dev.nhd.client.DaemonException;
import dev.nhd.client.protocol.ContextEntry;
import dev.nhd.client.protocol.ContextList;
import dev.nhd.client.protocol.ContextListParams;
import dev.nhd.client.protocol.ContextWarning;
import dev.nhd.client.protocol.ErrorInfo;
import dev.nhd.client.protocol.NamespaceEntry;
import dev.nhd.client.protocol.NamespaceList;
import dev.nhd.client.protocol.NamespaceListParams;
import dev.nhd.client.protocol.SessionStatus;
import dev.nhd.intellij.daemon.Daemon;
import dev.nhd.intellij.daemon.DaemonState;
import dev.nhd.intellij.model.Feed;
import dev.nhd.intellij.model.Sessions;
import dev.nhd.intellij.settings.Place;
import dev.nhd.intellij.settings.Target;
import dev.nhd.intellij.words.Texts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The tree: what is in DevMode, then contexts, namespaces, kinds and workloads. Only what is unfolded is asked for, and
 * followed only while somebody looks. It belongs to one thread, that of the executor that draws.
 */
public final class Explorer implements AutoCloseable {
    private final Daemon daemon;
    private final Sessions sessions;
    private final Target target;
    private final Executor drawing;
    private final Executor working;
    private final Runnable changed;
    private final Texts texts;
    private final SessionRows sessionRows;
    private final WorkloadRows workloadRows;
    /** The namespaces of the contexts that are unfolded. */
    private final Map<String, NamespaceList> namespaces = new HashMap<>();
    private final Map<String, ErrorInfo> refusals = new HashMap<>();
    private final Set<String> asked = new LinkedHashSet<>();
    /** What is unfolded, by the id of its row. */
    private final Map<String, Feed> feeds = new LinkedHashMap<>();
    private final Consumer<String> onSession;
    private final Runnable onState = this::stateChanged;
    private ContextList contexts;
    private ErrorInfo error;
    private boolean isShown;
    /** Answers to what was asked before the last restart are nobody's any more. */
    private int generation;

    /**
     * A tree that is not shown yet.
     *
     * @param drawing runs tasks on the thread that draws
     * @param working runs tasks that wait
     * @param changed called on the thread that draws when rows are other ones
     */
    public Explorer(
            Daemon daemon, Sessions sessions, Target target, Executor drawing, Executor working, Runnable changed,
            Texts texts) {
        this.daemon = daemon;
        this.sessions = sessions;
        this.target = target;
        this.drawing = drawing;
        this.working = working;
        this.changed = changed;
        this.texts = texts;
        onSession = session -> changed.run();
        sessionRows = new SessionRows(texts);
        workloadRows = new WorkloadRows(texts);
        sessions.onChange(onSession);
        daemon.onState(onState);
        target.onChange(() -> drawing.execute(this::restart));
    }

    private void stateChanged() {
        if (daemon.state() == DaemonState.CONNECTED && isShown && contexts == null) {
            askContexts();
        }
        changed.run();
    }

    /** Somebody looks. */
    public void show() {
        isShown = true;
        if (contexts == null) {
            askContexts();
        }
        feeds.values().forEach(this::follow);
    }

    /** Nobody looks any more. */
    public void hide() {
        isShown = false;
        feeds.values().forEach(this::rest);
    }

    /** There is nobody any more who could look. */
    @Override
    public void close() {
        hide();
        sessions.forget(onSession);
        daemon.forget(onState);
    }

    /** Asks again for everything that is unfolded. */
    public void restart() {
        generation++;
        feeds.values().forEach(this::rest);
        feeds.clear();
        namespaces.clear();
        refusals.clear();
        asked.clear();
        contexts = null;
        error = null;
        if (isShown) {
            askContexts();
        }
        changed.run();
    }

    /** A row was unfolded. */
    public void unfold(Row row) {
        if (row.subject() instanceof Subject.Context context) {
            askNamespaces(context.entry().name());
        } else if (row.subject() instanceof Subject.Namespace namespace && !feeds.containsKey(row.id())) {
            Feed feed = new Feed(namespace.place(), daemon, drawing, changed);
            feeds.put(row.id(), feed);
            if (isShown) {
                follow(feed);
            }
            changed.run();
        }
    }

    /** A row was folded. What is below it is followed no more. */
    public void fold(Row row) {
        Feed feed = feeds.remove(row.id());
        if (feed != null) {
            rest(feed);
        }
    }

    /** All rows that there are, from above. */
    public List<Row> roots(Instant now) {
        boolean away = daemon.state() == DaemonState.AWAY || daemon.state() == DaemonState.FAILED;
        List<Row> inDevMode = sessionRows.of(sessions, away, now);
        List<Row> below = inDevMode.isEmpty()
                ? List.of(WorkloadRows.message("devmode/none", texts.t("No workload is in DevMode.")))
                : inDevMode;
        String count = inDevMode.isEmpty() ? "" : String.valueOf(inDevMode.size());
        Row devMode = new Row(
                "devmode", texts.t("DevMode"), count, Glyph.ACTIVE, "", new Subject.Group(), true, below);
        return Stream.concat(Stream.of(devMode), places(now).stream()).toList();
    }

    private List<Row> places(Instant now) {
        if (daemon.error() != null && daemon.state() != DaemonState.CONNECTED) {
            return List.of(sessionRows.failure("daemon", daemon.error().info(), null));
        }
        if (error != null) {
            return List.of(sessionRows.failure("contexts", error, null));
        }
        if (contexts == null) {
            return List.of();
        }
        List<Row> rows = new ArrayList<>();
        int at = 0;
        for (ContextWarning warning : contexts.warnings()) {
            rows.add(WorkloadRows.message("contexts/warning-" + at++, warning.file() + ": " + warning.message()));
        }
        if (contexts.contexts().isEmpty()) {
            rows.add(WorkloadRows.message("contexts/none", texts.t("There is no context in the kubeconfig.")));
        }
        contexts.contexts().forEach(entry -> rows.add(context(entry, now)));
        return rows;
    }

    private Row context(ContextEntry entry, Instant now) {
        String chosen = target.place().context() == null ? contexts.current() : target.place().context();
        boolean isChosen = entry.name().equals(chosen);
        String problem = entry.problems().isEmpty() ? null : entry.problems().get(0).message();
        String detail = problem != null ? problem : isChosen ? texts.t("chosen") : "";
        List<String> lines = new ArrayList<>(List.of(entry.name()));
        Stream.of(entry.server(), entry.user(), entry.file()).filter(line -> line != null).forEach(lines::add);
        entry.problems().forEach(each -> lines.add(each.message()));
        return new Row(
                "context/" + entry.name(), entry.name(), detail, problem == null ? Glyph.CONTEXT : Glyph.TROUBLE,
                String.join("\n", lines), new Subject.Context(entry, isChosen), isChosen,
                namespaces(entry, isChosen, now));
    }

    /** The chosen one, and below a row of their own the others: there may be hundreds. */
    private List<Row> namespaces(ContextEntry entry, boolean isChosen, Instant now) {
        String picked = isChosen ? target.place().namespace() : null;
        String own = entry.namespace() == null ? "default" : entry.namespace();
        String first = picked == null ? own : picked;
        ErrorInfo refusal = refusals.get(entry.name());
        if (refusal != null) {
            return List.of(sessionRows.failure("context/" + entry.name() + "/error", refusal, null));
        }
        List<Row> rows = new ArrayList<>(List.of(namespace(entry, first, isChosen, now)));
        NamespaceList list = namespaces.get(entry.name());
        if (list != null) {
            Set<String> others = new LinkedHashSet<>(list.namespaces().stream().map(NamespaceEntry::name).toList());
            if (list.refused() != null) {
                others.addAll(target.recentNamespaces());
            }
            others.remove(first);
            List<Row> below = new ArrayList<>(others.stream().map(name -> namespace(entry, name, false, now)).toList());
            if (list.refused() != null) {
                String text = texts.t("You may not list namespaces; choose others by name.");
                below.add(WorkloadRows.message("context/" + entry.name() + "/refused", text));
            }
            if (!below.isEmpty()) {
                rows.add(new Row(
                        "others/" + entry.name(), texts.t("Other namespaces"), String.valueOf(others.size()),
                        Glyph.NAMESPACE, "", new Subject.Group(), false, below));
            }
        }
        return rows;
    }

    private Row namespace(ContextEntry entry, String name, boolean isChosen, Instant now) {
        Place place = new Place(target.place().kubeconfig(), entry.name(), name);
        String id = WorkloadRows.id(place);
        Feed feed = feeds.get(id);
        List<SessionStatus> live = sessions.live();
        return new Row(
                id, name, "", Glyph.NAMESPACE, name + "\n" + entry.name(), new Subject.Namespace(place, isChosen),
                isChosen, feed == null ? null : workloadRows.of(feed, live, now));
    }

    private void askContexts() {
        int of = generation;
        String kubeconfig = target.place().kubeconfig();
        work(() -> {
            ContextListParams params = new ContextListParams()
                    .withKubeconfig(kubeconfig)
                    .withEnvironment(daemon.environmentFor(null));
            ContextList answer = daemon.client().call(methods -> methods.contextList(params));
            tell(of, () -> {
                contexts = answer;
                error = null;
            });
        }, failed -> tell(of, () -> error = failed));
    }

    private void askNamespaces(String context) {
        if (!asked.add(context)) {
            return;
        }
        int of = generation;
        String kubeconfig = target.place().kubeconfig();
        work(() -> {
            NamespaceListParams params = new NamespaceListParams()
                    .withContext(context)
                    .withKubeconfig(kubeconfig)
                    .withEnvironment(daemon.environmentFor(null));
            NamespaceList answer = daemon.client().call(methods -> methods.namespaceList(params));
            tell(of, () -> namespaces.put(context, answer));
        }, failed -> tell(of, () -> refusals.put(context, failed)));
    }

    private void follow(Feed feed) {
        feed.want(true);
        work(feed::settle, failed -> { });
    }

    private void rest(Feed feed) {
        feed.want(false);
        work(feed::settle, failed -> { });
    }

    private void tell(int of, Runnable change) {
        drawing.execute(() -> {
            if (of == generation) {
                change.run();
                changed.run();
            }
        });
    }

    private interface Work {
        void run() throws DaemonException, InterruptedException;
    }

    private interface Refused {
        void told(ErrorInfo error);
    }

    private void work(Work work, Refused refused) {
        working.execute(() -> {
            try {
                work.run();
            } catch (DaemonException failed) {
                refused.told(failed.info());
            } catch (InterruptedException closing) {
                Thread.currentThread().interrupt();
            }
        });
    }
}
