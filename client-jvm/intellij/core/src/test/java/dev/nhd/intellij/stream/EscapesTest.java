package dev.nhd.intellij.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EscapesTest {
    private static final String WRITTEN =
            "a\u001b[1;31mred\u001b[0m\r\n\u001b]0;title\u0007b\u001b[?25l\u001b(Bc\u001b[2Jd über 世界 e\r\nf";
    private static final String SHOWN = "ared\nbcd über 世界 e\nf";

    @Test
    void onlyTextIsLeft() {
        Map<String, String> expected = Map.of(
                WRITTEN, SHOWN, "plain\n", "plain\n", "\u001b]8;;http://a\u001b\\link\u001b]8;;\u001b\\", "link",
                "10 %\r20 %\r\n", "10 %\r20 %\n");
        expected.forEach((written, shown) -> assertEquals(shown, new Escapes().without(written)));
    }

    @Test
    void whereverItIsCutItIsTheSame() {
        byte[] bytes = WRITTEN.getBytes(StandardCharsets.UTF_8);
        for (int first = 0; first <= bytes.length; first++) {
            for (int second = first; second <= bytes.length; second++) {
                Decoder decoder = new Decoder();
                Escapes escapes = new Escapes();
                StringBuilder shown = new StringBuilder();
                for (byte[] part : new byte[][] {
                    Arrays.copyOfRange(bytes, 0, first), Arrays.copyOfRange(bytes, first, second),
                    Arrays.copyOfRange(bytes, second, bytes.length)}) {
                    shown.append(escapes.without(decoder.text(part)));
                }
                assertEquals(SHOWN, shown.toString(), "cut at " + first + " and " + second);
            }
        }
    }

    @Test
    void whatOnlyBeginsLikeASequenceIsNotKeptForEver() {
        Escapes escapes = new Escapes();
        String flood = "\u001b]0;" + "x".repeat(10_000);
        assertTrue(escapes.without(flood).length() > 9_000);
    }

    @Test
    void bytesThatAreNoTextAreShownAsSuch() {
        assertEquals("a\ufffdb", new Decoder().text(new byte[] {'a', (byte) 0xff, 'b'}));
    }
}
