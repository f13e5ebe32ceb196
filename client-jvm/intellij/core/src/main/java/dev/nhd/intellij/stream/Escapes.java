package dev.nhd.intellij.stream;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes out what only a terminal understands: colours, cursor moves, titles, and the rewriting of a line by a carriage
 * return. A sequence that is cut waits for its rest.
 */
final class Escapes {
    private static final Pattern WHOLE = Pattern.compile(
            "\u001b\\[[0-?]*[ -/]*[@-~]|\u001b][^\u0007\u001b]*(?:\u0007|\u001b\\\\)|\u001b[()][0-9A-Za-z]"
                    + "|\u001b[=>78cDEHM]|[\u0007\u000e\u000f]");
    private static final Pattern CUT = Pattern.compile("\u001b(?:\\[[0-?]*[ -/]*|][^\u0007\u001b]*\u001b?|[()])?$|\r$");
    /** A sequence that is longer than any is no sequence. */
    private static final int LONGEST = 4096;

    private String rest = "";

    String without(String text) {
        String all = rest + text;
        Matcher cut = CUT.matcher(all);
        boolean isCut = cut.find() && all.length() - cut.start() <= LONGEST;
        rest = isCut ? all.substring(cut.start()) : "";
        String whole = isCut ? all.substring(0, cut.start()) : all;
        return WHOLE.matcher(whole).replaceAll("").replace("\r\n", "\n");
    }
}
