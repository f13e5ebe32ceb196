package dev.nhd.intellij.words;

import com.google.gson.Gson;
import com.google.gson.reflect.TypeToken;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The texts of the plugin by their English, as the extension for VS Code has them, from whose translations these come;
 * what the plugin alone says is in a file of its own. Of a language that is not there, English.
 */
public final class Texts {
    /** The texts as they are in the code. */
    public static final Texts ENGLISH = new Texts(Map.of(), Map.of());

    private static final Pattern PLACES = Pattern.compile("\\{(\\d)}");
    private static final Type WORDS = new TypeToken<Map<String, String>>() {}.getType();
    private static final Type DAEMON = new TypeToken<Map<String, DaemonText>>() {}.getType();

    private final Map<String, String> own;
    private final Map<String, DaemonText> daemon;

    /**
     * A text of the daemon.
     *
     * @param text the template
     * @param hint that of its hint, or null
     * @param hintOf the English hint that {@code hint} stands for: an error may have another one
     */
    record DaemonText(String text, String hint, String hintOf) {}

    private Texts(Map<String, String> own, Map<String, DaemonText> daemon) {
        this.own = own;
        this.daemon = daemon;
    }

    /** @return the texts in the language, else in English */
    public static Texts of(Locale locale) {
        // Traditional characters are another script, for which there are no texts.
        boolean isSimplified = locale.getLanguage().equals("zh")
                && !locale.getScript().equals("Hant")
                && (locale.getCountry().isEmpty() || locale.getCountry().matches("CN|SG"));
        if (!isSimplified) {
            return ENGLISH;
        }
        Map<String, String> own = new HashMap<>(read("bundle.l10n.zh-cn.json", WORDS));
        own.putAll(read("plugin.zh-cn.json", WORDS));
        return new Texts(own, read("messages.zh-cn.json", DAEMON));
    }

    private static <T> T read(String name, Type type) {
        try (Reader reader = new InputStreamReader(Texts.class.getResourceAsStream(name), StandardCharsets.UTF_8)) {
            return new Gson().fromJson(reader, type);
        } catch (IOException error) {
            throw new UncheckedIOException("failed to read the texts " + name, error);
        }
    }

    /**
     * A text in this language.
     *
     * @param english the text, with {@code {0}} where the first argument goes
     * @param arguments what goes into its places
     */
    public String t(String english, Object... arguments) {
        Matcher places = PLACES.matcher(own.getOrDefault(english, english));
        StringBuilder text = new StringBuilder();
        while (places.find()) {
            int at = Integer.parseInt(places.group(1));
            String value = at < arguments.length ? String.valueOf(arguments[at]) : places.group();
            places.appendReplacement(text, Matcher.quoteReplacement(value));
        }
        return places.appendTail(text).toString();
    }

    /** Whether this language has the text, for a test that none is missing. */
    boolean has(String english) {
        return own.containsKey(english);
    }

    /** @return the daemon's text of that code, or null where there is none */
    DaemonText ofDaemon(String code) {
        return code == null ? null : daemon.get(code);
    }
}
