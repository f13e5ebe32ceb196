package dev.nhd.intellij.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.intellij.execution.configurations.ConfigurationType;
import com.intellij.openapi.options.Configurable;
import com.intellij.openapi.wm.StatusBarWidgetFactory;
import com.intellij.openapi.wm.ToolWindowFactory;
import dev.nhd.intellij.act.Act;
import dev.nhd.intellij.tree.Glyph;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.NodeList;

/** What plugin.xml names is there, and fits. */
class DescriptorTest {
    static {
        Ide.prepare();
    }

    /** The extension points that are used, with what their classes have to be. */
    private static final Map<String, Class<?>> TYPES = Map.of(
            "toolWindow", ToolWindowFactory.class,
            "applicationConfigurable", Configurable.class,
            "configurationType", ConfigurationType.class,
            "statusBarWidgetFactory", StatusBarWidgetFactory.class);

    @Test
    void everyClassThatIsNamedIsLoadedAndFits() throws Exception {
        List<String> seen = new ArrayList<>();
        NodeList all = descriptor().getElementsByTagName("*");
        for (int at = 0; at < all.getLength(); at++) {
            Element element = (Element) all.item(at);
            NamedNodeMap attributes = element.getAttributes();
            for (int of = 0; of < attributes.getLength(); of++) {
                String name = attributes.item(of).getNodeValue();
                if (name.startsWith("dev.nhd.intellij.shell.")) {
                    Class<?> type = TYPES.get(element.getTagName());
                    assertNotNull(type, "nobody said what a " + element.getTagName() + " has to be");
                    Class<?> named = Class.forName(name);
                    if (!named.equals(SettingsPage.class)) {
                        assertInstanceOf(type, named.getDeclaredConstructor().newInstance());
                    }
                    assertEquals(true, type.isAssignableFrom(named), name);
                    seen.add(name);
                }
            }
        }
        assertEquals(4, seen.size(), seen.toString());
    }

    @Test
    void everyPictureIsThereForLightAndForDark() throws Exception {
        List<String> names = new ArrayList<>(List.of("nhd", "refresh", "doctor", "start", "plan", "end", "log"));
        for (Glyph glyph : Glyph.values()) {
            names.add(glyph.name().toLowerCase(Locale.ROOT));
        }
        for (String name : names) {
            for (String suffix : List.of("", "_dark")) {
                String path = "/icons/" + name + suffix + ".svg";
                try (InputStream picture = DescriptorTest.class.getResourceAsStream(path)) {
                    assertNotNull(picture, path);
                    assertEquals("svg", parse(picture).getDocumentElement().getTagName(), path);
                }
            }
        }
        for (Act act : Act.values()) {
            Icons.of(act);
        }
    }

    private static Document descriptor() throws Exception {
        try (InputStream file = DescriptorTest.class.getResourceAsStream("/META-INF/plugin.xml")) {
            // The platform has descriptors, too; ours comes first, as it is in the folder of classes.
            return parse(file);
        }
    }

    private static Document parse(InputStream file) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file);
    }
}
