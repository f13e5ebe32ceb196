package dev.nhd.intellij.shell;

import com.intellij.openapi.util.IconLoader;
import dev.nhd.intellij.act.Act;
import dev.nhd.intellij.tree.Glyph;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import javax.swing.Icon;

/** The pictures of {@code icons/}; of each the IDE takes the dark one by itself. */
public final class Icons {
    private static final Map<Glyph, Icon> GLYPHS = new EnumMap<>(Glyph.class);

    private Icons() {}

    public static synchronized Icon of(Glyph glyph) {
        return GLYPHS.computeIfAbsent(glyph, each -> named(each.name().toLowerCase(Locale.ROOT)));
    }

    /** The picture of an action that is worth one in a toolbar; null of the others. */
    public static Icon of(Act act) {
        return switch (act) {
            case START -> named("start");
            case PLAN -> named("plan");
            case END -> named("end");
            case OPEN_TERMINAL -> of(Glyph.TERMINAL);
            case FOLLOW_LOG -> named("log");
            case ADD_FORWARD -> of(Glyph.FORWARD);
            default -> null;
        };
    }

    public static Icon named(String name) {
        return IconLoader.getIcon("/icons/" + name + ".svg", Icons.class);
    }
}
