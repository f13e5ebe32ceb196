package dev.nhd.intellij.tree;

import dev.nhd.client.protocol.DevModeSummary;
import dev.nhd.client.protocol.ErrorInfo;
import dev.nhd.client.protocol.ReplicaCount;
import dev.nhd.client.protocol.SessionStatus;
import dev.nhd.client.protocol.WorkloadSummary;
import dev.nhd.intellij.model.Feed;
import dev.nhd.intellij.settings.Place;
import dev.nhd.intellij.words.Messages;
import dev.nhd.intellij.words.Texts;
import dev.nhd.intellij.words.Words;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The rows below a namespace: kinds, workloads, and what cannot be told. */
final class WorkloadRows {
    private final Texts texts;
    private final Words words;
    private final Messages messages;
    private final SessionRows failures;

    WorkloadRows(Texts texts) {
        this.texts = texts;
        words = new Words(texts);
        messages = new Messages(texts);
        failures = new SessionRows(texts);
    }

    List<Row> of(Feed feed, List<SessionStatus> live, Instant now) {
        String id = id(feed.place());
        List<Row> rows = new ArrayList<>();
        ErrorInfo error = feed.error();
        if (error != null) {
            rows.add(failures.failure(id + "/error", error, null));
        }
        int at = 0;
        for (ErrorInfo warning : feed.warnings()) {
            String text = Messages.sentence(messages.inWords(warning).message());
            rows.add(message(id + "/warning-" + at++, text));
        }
        if (feed.workloads().isEmpty()) {
            if (error == null) {
                rows.add(message(id + "/waiting", texts.t("Asking the cluster…")));
            }
            return rows;
        }
        Map<String, List<WorkloadSummary>> byKind = new LinkedHashMap<>();
        for (WorkloadSummary summary : feed.workloads().get()) {
            byKind.computeIfAbsent(summary.workload().kind(), kind -> new ArrayList<>()).add(summary);
        }
        byKind.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(kind ->
                rows.add(kind(id, kind.getKey(), kind.getValue(), feed, live, now)));
        if (rows.isEmpty()) {
            rows.add(message(id + "/empty", texts.t("There is nothing to develop in here.")));
        }
        return rows;
    }

    static String id(Place place) {
        return "namespace/" + place.context() + "/" + place.namespace();
    }

    static Row message(String id, String text) {
        return Row.leaf(id, text, "", Glyph.INFO, text, new Subject.None());
    }

    private Row kind(
            String id, String kind, List<WorkloadSummary> workloads, Feed feed, List<SessionStatus> live, Instant now) {
        List<Row> rows = workloads.stream().map(summary -> workload(id, summary, feed, live, now)).toList();
        String label = Words.plural(kind);
        String count = String.valueOf(rows.size());
        return new Row(id + "/" + kind, label, count, Glyph.KIND, label, new Subject.Group(), true, rows);
    }

    private Row workload(String id, WorkloadSummary summary, Feed feed, List<SessionStatus> live, Instant now) {
        SessionStatus own = live.stream()
                .filter(status -> status.server().equals(feed.server()) && status.workload().equals(summary.workload()))
                .findFirst()
                .orElse(null);
        DevModeSummary devMode = summary.devMode();
        boolean isHere = own != null || devMode != null && devMode.here();
        String detail = detail(summary, isHere, now);
        Place place = new Place(feed.place().kubeconfig(), feed.context(), summary.workload().namespace());
        String tooltip = Stream.of(
                        Words.workload(summary.workload()), summary.workload().namespace(), detail, trouble(summary),
                        String.join(", ", summary.containers()))
                .filter(line -> !line.isEmpty())
                .collect(Collectors.joining("\n"));
        return Row.leaf(
                id + "/" + Words.workload(summary.workload()), summary.workload().name(), detail,
                glyph(summary, isHere), tooltip, new Subject.Workload(place, summary, own));
    }

    private String detail(WorkloadSummary summary, boolean isHere, Instant now) {
        if (isHere) {
            return texts.t("in DevMode here");
        }
        if (summary.devMode() != null) {
            return words.owner(summary.devMode(), now);
        }
        ReplicaCount replicas = summary.replicas();
        String ready = replicas == null ? "" : texts.t("{0} of {1} ready", replicas.ready(), replicas.desired());
        String reason = summary.trouble() == null ? "" : summary.trouble().reason();
        return Stream.of(ready, reason).filter(part -> !part.isEmpty()).collect(Collectors.joining(" · "));
    }

    private static String trouble(WorkloadSummary summary) {
        return summary.trouble() == null || summary.trouble().message() == null ? "" : summary.trouble().message();
    }

    private static Glyph glyph(WorkloadSummary summary, boolean isHere) {
        if (isHere) {
            return Glyph.ACTIVE;
        }
        if (summary.devMode() != null) {
            return Glyph.LOCKED;
        }
        boolean isShort = summary.replicas() != null && summary.replicas().ready() < summary.replicas().desired();
        return isShort || summary.trouble() != null ? Glyph.TROUBLE : Glyph.WORKLOAD;
    }
}
