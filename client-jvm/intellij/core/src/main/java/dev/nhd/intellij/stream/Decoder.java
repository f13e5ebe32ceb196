package dev.nhd.intellij.stream;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Bytes as text, where they are cut anywhere, also in the midst of a character. What is no UTF-8 is shown as such. */
final class Decoder {
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private byte[] rest = {};

    String text(byte[] bytes) {
        ByteBuffer input = ByteBuffer.allocate(rest.length + bytes.length).put(rest).put(bytes).flip();
        CharBuffer output = CharBuffer.allocate(input.remaining() + 1);
        decoder.decode(input, output, false);
        rest = new byte[input.remaining()];
        input.get(rest);
        return output.flip().toString();
    }
}
