package dev.nhd.intellij.words;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nhd.intellij.act.WayOut;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TextsTest {
    private static final Texts CHINESE = Texts.of(Locale.SIMPLIFIED_CHINESE);
    private static final Pattern SAID = Pattern.compile("\\.t\\(\\s*\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final Pattern PLACE = Pattern.compile("\\{\\d}");

    @Test
    void everyTextOfTheCodeIsThereInChinese() throws IOException {
        Set<String> missing = new TreeSet<>();
        int seen = 0;
        for (Path file : sources()) {
            Matcher said = SAID.matcher(Files.readString(file));
            while (said.find()) {
                seen++;
                if (!CHINESE.has(said.group(1))) {
                    missing.add(said.group(1));
                }
            }
        }
        for (WayOut way : WayOut.values()) {
            if (!CHINESE.has(way.english())) {
                missing.add(way.english());
            }
        }
        assertTrue(seen > 100, "only " + seen + " texts were found in the code");
        assertEquals(Set.of(), missing);
    }

    @Test
    void whatThePluginAloneSaysIsSaidSomewhere() throws IOException {
        String code = "";
        for (Path file : sources()) {
            code += Files.readString(file);
        }
        String own = Files.readString(Path.of("src/main/resources/dev/nhd/intellij/words/plugin.zh-cn.json"));
        Matcher keys = Pattern.compile("^ {2}\"(.*?)\":", Pattern.MULTILINE).matcher(own);
        while (keys.find()) {
            assertTrue(code.contains('"' + keys.group(1) + '"'), "nobody says " + keys.group(1));
        }
    }

    @Test
    void aTranslationHasThePlacesOfItsText() throws IOException {
        for (Path file : sources()) {
            Matcher said = SAID.matcher(Files.readString(file));
            while (said.find()) {
                String english = said.group(1);
                assertEquals(places(english), places(CHINESE.t(english)), english);
            }
        }
    }

    @Test
    void argumentsGoIntoTheirPlaces() {
        assertEquals("45 %, $1 left", Texts.ENGLISH.t("{0} %, {1}", 45L, "$1 left"));
        assertEquals("剩余 12 个文件", CHINESE.t("{0} files left", 12));
    }

    @Test
    void onlySimplifiedCharactersAreThere() {
        for (String tag : List.of("en-US", "de", "zh-TW", "zh-Hant", "zh-HK")) {
            assertEquals("starting", Texts.of(Locale.forLanguageTag(tag)).t("starting"), tag);
        }
        for (String tag : List.of("zh", "zh-CN", "zh-Hans-CN", "zh-SG")) {
            assertEquals("正在启动", Texts.of(Locale.forLanguageTag(tag)).t("starting"), tag);
        }
    }

    private static Set<String> places(String text) {
        Set<String> places = new TreeSet<>();
        PLACE.matcher(text).results().forEach(place -> places.add(place.group()));
        return places;
    }

    /** Of the shell too, where it is there. */
    private static List<Path> sources() throws IOException {
        List<Path> files = new java.util.ArrayList<>();
        for (Path root : List.of(Path.of("src/main/java"), Path.of("../shell/src/main/java"))) {
            if (Files.exists(root)) {
                try (Stream<Path> all = Files.walk(root)) {
                    files.addAll(all.filter(file -> file.toString().endsWith(".java")).toList());
                }
            }
        }
        return files;
    }
}
