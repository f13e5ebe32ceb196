package dev.nhd.intellij.words;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.nhd.client.protocol.ErrorInfo;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MessagesTest {
    private final Messages chinese = new Messages(Texts.of(Locale.SIMPLIFIED_CHINESE));

    @Test
    void aCodeIsSaidInTheLanguageOfTheIde() {
        ErrorInfo error = info("session.end cannot be empty", "memberEmpty", Map.of("member", "image"), null);
        assertEquals("Image 不能为空。", chinese.text(chinese.inWords(error)));
        Messages english = new Messages(Texts.ENGLISH);
        assertEquals("Session.end cannot be empty.", english.text(english.inWords(error)));
    }

    @Test
    void aHintIsTranslatedWhereItIsTheOneOfTheText() {
        String known = "update the older of the two; a daemon that is shut down keeps its sessions for the next";
        Map<String, String> arguments = Map.of("client", "a", "theirs", "1", "version", "2", "ours", "3");
        assertEquals("请更新两者中较旧的一个；守护进程停止后，其会话会留给下一个守护进程",
                chinese.inWords(info("x", "protocolMismatch", arguments, known)).hint());
        assertEquals("another", chinese.inWords(info("x", "protocolMismatch", arguments, "another")).hint());
    }

    @Test
    void whatHasNoTextOrNotItsArgumentsStaysEnglish() {
        assertEquals("as it is", chinese.inWords(info("as it is", "later", Map.of(), null)).message());
        assertEquals("as it is", chinese.inWords(info("as it is", "memberEmpty", Map.of(), null)).message());
        assertEquals("as it is", chinese.inWords(info("as it is", null, null, null)).message());
    }

    @Test
    void anOptionalPartIsLeftOutWithItsArgument() {
        String template = "failed to read {file}[: {cause}][, twice]";
        assertEquals(Optional.of("failed to read a$1, twice"), Template.rendered(template, Map.of("file", "a$1")));
        assertEquals(Optional.of("failed to read a: b, twice"), Template.rendered(template, Map.of("file", "a", "cause", "b")));
        assertEquals(Optional.empty(), Template.rendered(template, Map.of("cause", "b")));
    }

    @Test
    void aSentenceBeginsLargeAndStops() {
        assertEquals("It failed.", Messages.sentence("it failed"));
        assertEquals("Why?", Messages.sentence("why?"));
        assertEquals("失败。", Messages.sentence("失败"));
        assertEquals("", Messages.sentence(""));
    }

    @Test
    void warningsWithoutNoticesAreSaidAsTheyAre() {
        assertEquals(List.of("one", "two"), chinese.warnings(List.of("one", "two"), List.of()));
    }

    private static ErrorInfo info(String message, String code, Map<String, String> arguments, String hint) {
        return new ErrorInfo("internal", message, arguments, code, null, hint, null);
    }
}
