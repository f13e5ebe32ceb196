package dev.nhd.intellij.doctor;

import dev.nhd.client.protocol.DoctorCheck;
import dev.nhd.client.protocol.DoctorRemedy;
import dev.nhd.client.protocol.DoctorReport;
import dev.nhd.client.protocol.DoctorState;
import dev.nhd.intellij.words.Texts;
import dev.nhd.intellij.words.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The doctor's report as a text: what was looked at, what is wrong, what to do about it. Pure. */
public final class DoctorPage {
    private final Texts texts;
    private final Words words;

    public DoctorPage(Texts texts) {
        this.texts = texts;
        words = new Words(texts);
    }

    public String of(DoctorReport report) {
        List<String> lines = new ArrayList<>();
        String place = Stream.of(report.context(), report.namespace())
                .filter(Objects::nonNull)
                .collect(Collectors.joining(" / "));
        lines.add("nhd " + report.version() + ", " + report.at() + (place.isEmpty() ? "" : ", " + place));
        lines.add(texts.t(
                "{0} ok, {1} to mind, {2} wrong, {3} not looked at",
                count(report, DoctorState.OK), count(report, DoctorState.WARNING),
                count(report, DoctorState.FAILED), count(report, DoctorState.SKIPPED)));
        for (String group : report.checks().stream().map(DoctorCheck::group).distinct().toList()) {
            lines.add("");
            lines.add(words.doctorGroup(group));
            report.checks().stream().filter(check -> check.group().equals(group)).forEach(check -> add(check, lines));
        }
        return String.join("\n", lines) + "\n";
    }

    private static long count(DoctorReport report, String state) {
        return report.checks().stream().filter(check -> check.state().equals(state)).count();
    }

    private static void add(DoctorCheck check, List<String> lines) {
        lines.add("  " + mark(check.state()) + " " + check.title());
        if (!check.state().equals(DoctorState.OK)) {
            check.detail().lines().forEach(line -> lines.add("      " + line));
        }
        for (DoctorRemedy remedy : check.remedies()) {
            lines.add("      → " + remedy.text());
            if (remedy.command() != null) {
                lines.add("        $ " + remedy.command());
            }
        }
    }

    private static String mark(String state) {
        return switch (state) {
            case DoctorState.OK -> "✓";
            case DoctorState.WARNING -> "⚠";
            case DoctorState.FAILED -> "✗";
            default -> "–";
        };
    }
}
