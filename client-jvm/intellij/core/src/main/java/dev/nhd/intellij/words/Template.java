package dev.nhd.intellij.words;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Texts with arguments in their places, as the protocol has them: {@code failed to read {file}[: {cause}]}. Pure. */
final class Template {
    private static final Pattern PARTS = Pattern.compile("\\[([^\\[\\]]*)]");
    private static final Pattern PLACES = Pattern.compile("\\{(\\w+)}");

    private Template() {}

    /** What is in square brackets is left out where an argument in it is absent; empty where one is absent that is not. */
    static Optional<String> rendered(String template, Map<String, String> given) {
        StringBuilder text = new StringBuilder();
        Matcher optional = PARTS.matcher(template);
        int at = 0;
        while (optional.find()) {
            Optional<String> before = filled(template.substring(at, optional.start()), given);
            if (before.isEmpty()) {
                return before;
            }
            text.append(before.get()).append(filled(optional.group(1), given).orElse(""));
            at = optional.end();
        }
        return filled(template.substring(at), given).map(rest -> text.append(rest).toString());
    }

    private static Optional<String> filled(String part, Map<String, String> given) {
        Matcher places = PLACES.matcher(part);
        StringBuilder text = new StringBuilder();
        while (places.find()) {
            String value = given.get(places.group(1));
            if (value == null) {
                return Optional.empty();
            }
            places.appendReplacement(text, Matcher.quoteReplacement(value));
        }
        return Optional.of(places.appendTail(text).toString());
    }
}
