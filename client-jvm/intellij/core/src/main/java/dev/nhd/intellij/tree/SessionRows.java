package dev.nhd.intellij.tree;

import dev.nhd.client.protocol.ErrorInfo;
import dev.nhd.client.protocol.ForwardState;
import dev.nhd.client.protocol.Phase;
import dev.nhd.client.protocol.PodStatus;
import dev.nhd.client.protocol.PortForward;
import dev.nhd.client.protocol.SessionStatus;
import dev.nhd.client.protocol.StreamKind;
import dev.nhd.client.protocol.StreamStatus;
import dev.nhd.client.protocol.SyncState;
import dev.nhd.client.protocol.SyncStatus;
import dev.nhd.intellij.model.Health;
import dev.nhd.intellij.model.Sessions;
import dev.nhd.intellij.words.Messages;
import dev.nhd.intellij.words.Texts;
import dev.nhd.intellij.words.Words;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The rows of the sessions, with their facts, forwards, terminals and commands below them. */
public final class SessionRows {
    private final Texts texts;
    private final Words words;
    private final Messages messages;

    public SessionRows(Texts texts) {
        this.texts = texts;
        words = new Words(texts);
        messages = new Messages(texts);
    }

    /**
     * One row for each session.
     *
     * @param away whether no daemon runs, so that what is known may have changed
     */
    public List<Row> of(Sessions sessions, boolean away, Instant now) {
        return sessions.all().stream().map(status -> row(status, sessions, away, now)).toList();
    }

    /** What a session is about now; also what the status bar says of it. */
    public String summary(SessionStatus status, Sessions sessions, boolean away) {
        if (away && !status.phase().equals(Phase.FAILED)) {
            return texts.t("nhd does not run");
        }
        Stream<String> reloads = status.phase().equals(Phase.FAILED)
                ? Stream.of()
                : sessions.streams(status.session()).stream().map(words::hotReload).filter(Objects::nonNull);
        return Stream.concat(Stream.of(words.session(status, sessions.step(status.session()))), reloads)
                .collect(Collectors.joining(" · "));
    }

    /** All that there is to say of a session, in lines. */
    public String tooltip(SessionStatus status, String summary) {
        List<String> lines = new ArrayList<>();
        lines.add(Words.workload(status.workload()) + " · " + status.workload().namespace() + " · " + status.context());
        lines.add(texts.t("State") + ": " + summary);
        if (status.pod() != null && status.pod().name() != null) {
            lines.add(texts.t("Pod") + ": " + status.pod().name());
        }
        lines.add(texts.t("Image") + ": " + status.image());
        lines.add(texts.t("Files") + ": " + status.source() + " → " + status.workDir());
        if (status.error() != null) {
            lines.add(messages.text(messages.inWords(status.error())));
        }
        return String.join("\n", lines);
    }

    private Row row(SessionStatus status, Sessions sessions, boolean isAway, Instant now) {
        boolean away = isAway && !status.phase().equals(Phase.FAILED);
        String summary = summary(status, sessions, away);
        Glyph glyph = away ? Glyph.TROUBLE : glyph(Health.of(status));
        List<Row> below = away ? List.of(awayRow(status)) : below(status, sessions, now);
        return new Row(
                "session/" + status.session(), status.workload().name(),
                status.workload().namespace() + " · " + summary, glyph, tooltip(status, summary),
                new Subject.Session(status), true, below);
    }

    private Row awayRow(SessionStatus status) {
        String detail = texts.t("what was in DevMode stays so");
        String id = "session/" + status.session() + "/away";
        return Row.leaf(id, texts.t("Start nhd"), detail, Glyph.INFO, detail, new Subject.Away());
    }

    private List<Row> below(SessionStatus status, Sessions sessions, Instant now) {
        List<Row> rows = new ArrayList<>();
        if (status.error() != null) {
            rows.add(failure("session/" + status.session() + "/error", status.error(), status));
        }
        int at = 0;
        for (String warning : messages.warnings(status.warnings(), status.notices())) {
            rows.add(fact(status, "warning-" + at++, warning, "", Glyph.INFO, warning));
        }
        if (status.phase().equals(Phase.FAILED)) {
            return rows;
        }
        if (status.sync() != null) {
            rows.add(sync(status, status.sync()));
        }
        if (status.pod() != null) {
            rows.add(pod(status, status.pod()));
        }
        String folders = status.source() + " → " + status.workDir();
        String name = String.valueOf(Path.of(status.source()).getFileName());
        rows.add(fact(status, "folder", texts.t("Files"), name + " → " + status.workDir(), Glyph.FOLDER, folders));
        status.forwards().forEach(forward -> rows.add(forward(status, forward)));
        sessions.streams(status.session()).forEach(stream -> rows.add(stream(stream, now)));
        return rows;
    }

    /** Something that went wrong; also outside sessions. */
    Row failure(String id, ErrorInfo error, SessionStatus status) {
        Messages.Said said = messages.inWords(error);
        String label = Messages.sentence(said.message());
        return Row.leaf(id, label, "", Glyph.FAILED, messages.text(said), new Subject.Failure(error, status));
    }

    private Row sync(SessionStatus status, SyncStatus sync) {
        String files = sync.totalFiles() == 1 ? texts.t("1 file") : texts.t("{0} files", sync.totalFiles());
        String detail = words.syncProgress(sync) + " · " + files + ", " + Words.size(sync.totalBytes());
        Glyph glyph = switch (sync.state()) {
            case SyncState.FAILED, SyncState.SOURCE_LOST, SyncState.DEGRADED -> Glyph.TROUBLE;
            case SyncState.PAUSED -> Glyph.PAUSED;
            case SyncState.IN_SYNC -> Glyph.SYNC;
            default -> Glyph.BUSY;
        };
        Stream<String> problems = sync.problems().stream().map(each -> each.path() + ": " + each.error());
        String tooltip = Stream.concat(Stream.of(detail, sync.lastError(), sync.hint()), problems)
                .filter(Objects::nonNull)
                .collect(Collectors.joining("\n"));
        return fact(status, "sync", texts.t("Sync"), detail, glyph, tooltip);
    }

    private Row pod(SessionStatus status, PodStatus pod) {
        String waiting = pod.waitingFor() == null ? texts.t("not ready yet") : pod.waitingFor();
        String detail = pod.ready() ? Objects.requireNonNullElse(pod.name(), "") : waiting;
        Glyph glyph = pod.ready() ? Glyph.POD : pod.hint() == null ? Glyph.BUSY : Glyph.TROUBLE;
        String tooltip = Stream.of(pod.name(), pod.waitingFor(), pod.hint())
                .filter(Objects::nonNull)
                .collect(Collectors.joining("\n"));
        return fact(status, "pod", texts.t("Pod"), detail, glyph, tooltip);
    }

    private Row forward(SessionStatus status, PortForward forward) {
        String local = forward.localPort() == null ? texts.t("a free port") : "localhost:" + forward.localPort();
        String state = forward.state().equals(ForwardState.LISTENING)
                ? connections(forward.openConnections())
                : words.forward(forward.state());
        boolean isBad = forward.state().equals(ForwardState.BLOCKED);
        String failed = forward.lastError() == null ? "" : " · " + texts.t("a connection has failed");
        String error = forward.error() != null
                ? messages.text(messages.inWords(forward.error()))
                : Objects.requireNonNullElse(forward.lastError(), "");
        String id = "session/" + status.session() + "/forward/" + forward.localPort() + "/" + forward.remotePort();
        return Row.leaf(
                id, local + " → " + forward.remotePort(), state + failed, isBad ? Glyph.TROUBLE : Glyph.FORWARD,
                error.isEmpty() ? state : error, new Subject.Forward(status, forward));
    }

    private String connections(long open) {
        return open == 1 ? texts.t("1 connection") : texts.t("{0} connections", open);
    }

    private Row stream(StreamStatus stream, Instant now) {
        boolean isTerminal = stream.kind().equals(StreamKind.TERMINAL);
        String named = stream.named() == null ? null : Words.command(stream.named());
        String label = isTerminal ? texts.t("Terminal") : named != null ? named : String.join(" ", stream.command());
        long runs = stream.runs() == null ? 0 : stream.runs();
        String reload = Boolean.TRUE.equals(stream.hotReload()) ? texts.t("hot reload, run {0}", runs) : null;
        String detail = Stream.of(words.stream(stream.state()), reload, words.since(stream.startedAt(), now))
                .filter(Objects::nonNull)
                .collect(Collectors.joining(" · "));
        String where = Stream.of(stream.pod(), stream.container())
                .filter(Objects::nonNull)
                .collect(Collectors.joining(" "));
        return Row.leaf(
                "stream/" + stream.stream(), label, detail, isTerminal ? Glyph.TERMINAL : Glyph.COMMAND, where,
                new Subject.Stream(stream));
    }

    private static Row fact(SessionStatus status, String name, String label, String detail, Glyph glyph, String tooltip) {
        String id = "session/" + status.session() + "/" + name;
        return Row.leaf(id, label, detail, glyph, tooltip, new Subject.Fact(status));
    }

    private static Glyph glyph(Health health) {
        return switch (health) {
            case BUSY -> Glyph.BUSY;
            case GOOD -> Glyph.GOOD;
            case PAUSED -> Glyph.PAUSED;
            case TROUBLE -> Glyph.TROUBLE;
            case FAILED -> Glyph.FAILED;
        };
    }
}
