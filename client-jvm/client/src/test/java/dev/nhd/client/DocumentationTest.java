package dev.nhd.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The code in {@code docs/jetbrains.md} is the code that these tests run. */
class DocumentationTest {
    private static final Pattern BLOCK = Pattern.compile("```(?:java|xml)\n(.*?)```", Pattern.DOTALL);
    /** A comment just before a block names the file and the region that it is from. */
    private static final Pattern SOURCED =
            Pattern.compile("<!-- (client-jvm/\\S+)#(\\S+) -->\n```(?:java|xml)\n(.*?)```", Pattern.DOTALL);

    @Test
    void everyBlockIsItsRegion() throws IOException {
        String text = Files.readString(Laptop.REPOSITORY.resolve("docs/jetbrains.md"));
        Matcher sourced = SOURCED.matcher(text);
        int blocks = 0;
        for (; sourced.find(); blocks++) {
            String where = sourced.group(1) + "#" + sourced.group(2);
            assertEquals(region(sourced.group(1), sourced.group(2)), sourced.group(3), "docs/jetbrains.md, " + where);
        }
        assertTrue(blocks > 0, "no block has a source");
        assertEquals(BLOCK.matcher(text).results().count(), blocks, "a block has no source");
    }

    private static String region(String file, String name) throws IOException {
        String text = Files.readString(Laptop.REPOSITORY.resolve(file));
        Matcher region = Pattern.compile(
                "[^\n]*doc:begin " + Pattern.quote(name) + "(?: -->)?\n(.*?)[^\n]*doc:end", Pattern.DOTALL).matcher(text);
        assertTrue(region.find(), file + " has no region " + name);
        return region.group(1).stripTrailing().stripIndent() + "\n";
    }
}
