package dev.nhd.intellij.tree;

import java.util.List;

/**
 * A row of the tree.
 *
 * @param id stays the same for as long as the row is about the same, and with it selection and folds
 * @param label what it is about
 * @param detail the rest, in grey; may be empty
 * @param glyph its icon
 * @param tooltip all that there is to say, in lines
 * @param subject what actions on it are about
 * @param isOpen whether it is unfolded at first
 * @param children the rows below it; null where they are not known before it is unfolded
 */
public record Row(
        String id, String label, String detail, Glyph glyph, String tooltip, Subject subject, boolean isOpen,
        List<Row> children) {
    static Row leaf(String id, String label, String detail, Glyph glyph, String tooltip, Subject subject) {
        return new Row(id, label, detail, glyph, tooltip, subject, false, List.of());
    }

    /** What a screen reader says, without a meaning that the icon alone has. */
    public String spoken() {
        return detail.isEmpty() ? label : label + ", " + detail;
    }
}
