package dev.nhd.intellij.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The members of the platform that the plugin's classes name are those of a list that somebody has reviewed: they are in
 * 2018.3, against which they are compiled, and in today's. Written anew by {@code -Dnhd.rewrite}.
 */
class ApiTest {
    private static final Path REVIEWED = Path.of("api.txt");
    private static final Pattern MEMBER =
            Pattern.compile("= (?:Method|InterfaceMethod|Field)ref .*// +(com/intellij/[^:]+|org/jdom/[^:]+):(.*)");
    private static final Pattern TYPE = Pattern.compile("= Class .*// +\"?\\[*L?((?:com/intellij|org/jdom)/[^;\"\\s]+)");

    @Test
    void onlyWhatIsReviewedIsUsed() throws IOException {
        Set<String> used = new TreeSet<>();
        List<Path> classes;
        try (Stream<Path> files = Files.walk(Path.of("target/classes"))) {
            classes = files.filter(file -> file.toString().endsWith(".class")).toList();
        }
        String printed = javap(classes);
        Matcher members = MEMBER.matcher(printed);
        while (members.find()) {
            used.add(members.group(1).replace('/', '.') + " " + members.group(2).strip());
        }
        Matcher types = TYPE.matcher(printed);
        while (types.find()) {
            used.add(types.group(1).replace('/', '.'));
        }
        List<String> lines = List.copyOf(used);
        if (System.getProperty("nhd.rewrite") != null) {
            Files.write(REVIEWED, lines);
        }
        assertEquals(String.join("\n", Files.readAllLines(REVIEWED)), String.join("\n", lines));
    }

    private static String javap(List<Path> files) {
        StringWriter printed = new StringWriter();
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        ToolProvider javap = ToolProvider.findFirst("javap").orElseThrow();
        String[] words = Stream.concat(Stream.of("-v", "-p"), files.stream().map(Path::toString)).toArray(String[]::new);
        assertEquals(0, javap.run(new PrintWriter(printed), nowhere, words));
        return printed.toString();
    }
}
