import com.jetbrains.plugin.structure.base.plugin.PluginCreationFail;
import com.jetbrains.plugin.structure.base.plugin.PluginCreationResult;
import com.jetbrains.plugin.structure.base.plugin.PluginCreationSuccess;
import com.jetbrains.plugin.structure.intellij.plugin.IdePlugin;
import com.jetbrains.plugin.structure.intellij.plugin.IdePluginManager;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * Reads a package as JetBrains' Marketplace does, and takes it only without a warning; then breaks it in several ways, each
 * of which has to be refused. {@code java -cp LIBRARIES Check.java ZIP}
 */
class Check {
    /** What is replaced in plugin.xml, and what the refusal has to name. */
    private static final List<Map.Entry<String, String>> BREAKS = List.of(
            Map.entry("<version>[^<]*</version>", "version"),
            Map.entry("<vendor>[^<]*</vendor>", "vendor"),
            Map.entry("<name>[^<]*</name>", "name"),
            Map.entry("<idea-version[^>]*>", "idea-version"),
            Map.entry("</idea-plugin>", "plugin.xml"));

    public static void main(String[] arguments) throws IOException {
        Path zip = Path.of(arguments[0]);
        PluginCreationResult<IdePlugin> result = read(zip);
        if (!(result instanceof PluginCreationSuccess<IdePlugin> taken)) {
            throw new AssertionError("refused: " + ((PluginCreationFail<IdePlugin>) result).getErrorsAndWarnings());
        }
        if (!taken.getWarnings().isEmpty()) {
            throw new AssertionError("with warnings: " + taken.getWarnings());
        }
        IdePlugin plugin = taken.getPlugin();
        System.out.println(plugin.getPluginId() + " " + plugin.getPluginVersion() + " since " + plugin.getSinceBuild());
        for (Map.Entry<String, String> each : BREAKS) {
            Path broken = Files.createTempDirectory("nhd-broken").resolve("broken.zip");
            Files.write(broken, copy(Files.newInputStream(zip), each.getKey(), 0));
            String said = read(broken) instanceof PluginCreationFail<IdePlugin> refused
                    ? refused.getErrorsAndWarnings().toString()
                    : "taken";
            if (!said.contains(each.getValue())) {
                throw new AssertionError("without " + each.getKey() + " it is not refused for that: " + said);
            }
            Files.delete(broken);
            Files.delete(broken.getParent());
        }
    }

    private static PluginCreationResult<IdePlugin> read(Path zip) {
        return IdePluginManager.createManager().createPlugin(zip);
    }

    /** The same package, jars in it included, with a part of plugin.xml taken out. */
    private static byte[] copy(InputStream from, String out, int depth) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipInputStream input = new ZipInputStream(from); ZipOutputStream output = new ZipOutputStream(bytes)) {
            for (ZipEntry entry = input.getNextEntry(); entry != null; entry = input.getNextEntry()) {
                output.putNextEntry(new ZipEntry(entry.getName()));
                byte[] content = input.readAllBytes();
                if (depth == 0 && entry.getName().endsWith(".jar")) {
                    content = copy(new ByteArrayInputStream(content), out, 1);
                } else if (entry.getName().equals("META-INF/plugin.xml")) {
                    content = new String(content, StandardCharsets.UTF_8).replaceAll(out, "").getBytes(StandardCharsets.UTF_8);
                }
                output.write(content);
                output.closeEntry();
            }
        }
        return bytes.toByteArray();
    }
}
