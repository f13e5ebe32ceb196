package dev.nhd.intellij.words;

import dev.nhd.client.DaemonException;
import dev.nhd.client.protocol.ErrorInfo;
import dev.nhd.client.protocol.Notice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the daemon says, in the language of the IDE where there is a text of its code, else in the daemon's own English. */
public final class Messages {
    /** A notification is read at a glance; the whole message is in the log. */
    private static final int LONGEST = 280;

    private static final Pattern WORKLOAD = Pattern.compile("(\\w+/\\S+) in namespace (\\S+)");
    private static final Pattern STOPPED = Pattern.compile("[.!?…。！？]$");
    private static final Pattern HAN = Pattern.compile("\\p{IsHan}");

    private final Texts texts;

    /**
     * A message and what to do about it.
     *
     * @param message begins small and has no full stop
     * @param hint the same, or null
     */
    public record Said(String message, String hint) {}

    public Messages(Texts texts) {
        this.texts = texts;
    }

    public Said inWords(ErrorInfo error) {
        return inWords(error.message(), error.hint(), error.code(), error.arguments());
    }

    public Said inWords(DaemonException error) {
        return inWords(error.getMessage(), error.hint(), error.code(), error.arguments());
    }

    private Said inWords(String message, String hint, String code, Map<String, String> arguments) {
        Texts.DaemonText known = texts.ofDaemon(code);
        if (known == null) {
            return new Said(message, hint);
        }
        Map<String, String> given = arguments == null ? Map.of() : arguments;
        Map<String, String> placed = new HashMap<>();
        given.forEach((name, value) -> placed.put(name, placeIn(value)));
        boolean isItsHint = hint != null && known.hint() != null && known.hintOf() != null
                && Template.rendered(known.hintOf(), given).filter(hint::equals).isPresent();
        String translated = isItsHint ? Template.rendered(known.hint(), placed).orElse(hint) : hint;
        return new Said(Template.rendered(known.text(), placed).orElse(message), translated);
    }

    /** An argument is the daemon's English, of which a workload's place is the most frequent. */
    private String placeIn(String argument) {
        Matcher workload = WORKLOAD.matcher(argument);
        return workload.matches() ? texts.t("{0} in namespace {1}", workload.group(1), workload.group(2)) : argument;
    }

    /** Warnings, which come as English and beside it as notices. */
    public List<String> warnings(List<String> warnings, List<Notice> notices) {
        List<String> words = new ArrayList<>();
        for (int at = 0; at < warnings.size(); at++) {
            Notice notice = at < notices.size() ? notices.get(at) : new Notice(warnings.get(at), null, null);
            words.add(inWords(notice.message(), null, notice.code(), notice.arguments()).message());
        }
        return words;
    }

    /** The message as a sentence, and what to do next as another. */
    public String text(Said said) {
        String message = said.message();
        String shorter = message.length() > LONGEST ? message.substring(0, LONGEST).stripTrailing() + "…" : message;
        return said.hint() == null ? sentence(shorter) : sentence(shorter) + " " + sentence(said.hint());
    }

    /** The daemon's messages begin small and have no full stop. */
    public static String sentence(String text) {
        if (text.isEmpty()) {
            return text;
        }
        String stop = STOPPED.matcher(text).find() ? "" : HAN.matcher(text).find() ? "。" : ".";
        return Character.toUpperCase(text.charAt(0)) + text.substring(1) + stop;
    }
}
