package dev.nhd.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The code in documents is the code that these tests run, and the version in them is the library's. */
class DocumentationTest {
    private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    /** A comment just before a block names the file and the region that it is from. */
    private static final Pattern SOURCED =
            Pattern.compile("<!-- (client-jvm/\\S+)#(\\S+) -->\n```java\n(.*?)```", Pattern.DOTALL);

    @ParameterizedTest
    @ValueSource(strings = {"docs/jetbrains.md", "client-jvm/client/README.md"})
    void everyBlockIsItsRegion(String document) throws IOException {
        String text = read(document);
        Matcher sourced = SOURCED.matcher(text);
        int blocks = 0;
        for (; sourced.find(); blocks++) {
            String where = sourced.group(1) + "#" + sourced.group(2);
            assertEquals(region(sourced.group(1), sourced.group(2)), sourced.group(3), document + ", " + where);
        }
        assertTrue(blocks > 0, "no block has a source");
        assertEquals(BLOCK.matcher(text).results().count(), blocks, "a block has no source");
    }

    @Test
    void theDependencyIsThisLibrary() throws IOException {
        String pom = read("client-jvm/client/pom.xml");
        String group = element(pom, "groupId");
        String artifact = element(pom.substring(pom.indexOf("</parent>")), "artifactId");
        String version = element(pom, "version");
        assertEquals(element(read("Cargo.toml").replaceAll("version = \"(.*?)\"", "<v>$1</v>"), "v"), version);
        String gradle = String.join(":", group, artifact, version);
        for (String document : List.of("docs/jetbrains.md", "client-jvm/client/README.md")) {
            assertTrue(read(document).contains("implementation(\"" + gradle + "\")"), document);
        }
        String text = read("docs/jetbrains.md");
        assertEquals(
                gradle, String.join(":", element(text, "groupId"), element(text, "artifactId"), element(text, "version")));
    }

    private static String element(String text, String name) {
        Matcher element = Pattern.compile("<" + name + ">(.*?)</" + name + ">").matcher(text);
        assertTrue(element.find(), "there is no " + name);
        return element.group(1);
    }

    private static String region(String file, String name) throws IOException {
        Matcher region = Pattern.compile(
                "[^\n]*doc:begin " + Pattern.quote(name) + "\n(.*?)[^\n]*doc:end", Pattern.DOTALL).matcher(read(file));
        assertTrue(region.find(), file + " has no region " + name);
        return region.group(1).stripTrailing().stripIndent() + "\n";
    }

    private static String read(String file) throws IOException {
        return Files.readString(Laptop.REPOSITORY.resolve(file));
    }
}
