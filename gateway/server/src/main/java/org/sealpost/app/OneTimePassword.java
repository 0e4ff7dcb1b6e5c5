package org.sealpost.app;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/// A password as it stands in its file. Whoever has it wipes it; nothing else in memory holds it.
final class OneTimePassword {
    static final int MAX_BYTES = 1024;

    private OneTimePassword() {}

    /// Without the line end at its end.
    ///
    /// @throws IOException if there is none in the file; the message says why and never contains any of it
    static char[] read(Path file) throws IOException {
        var bytes = new byte[0];
        // Not Files.readAllBytes: that leaves a copy in a buffer which the JDK keeps.
        try (var in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES)
                throw new IOException("the password file " + file + " holds more than " + MAX_BYTES + " bytes");
            return decoded(file, bytes);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private static char[] decoded(Path file, byte[] bytes) throws IOException {
        // A decoder makes no more characters than there are bytes, so it needs no second, larger buffer.
        var text = CharBuffer.allocate(bytes.length);
        try {
            var decoder = StandardCharsets.UTF_8.newDecoder();
            var result = decoder.decode(ByteBuffer.wrap(bytes), text, true);
            if (result.isError()) result.throwException();
            int length = text.position();
            while (length > 0 && "\r\n".indexOf(text.get(length - 1)) >= 0) length--;
            if (length == 0) throw new IOException("the password file " + file + " is empty");
            return Arrays.copyOf(text.array(), length);
        } catch (CharacterCodingException notText) {
            throw new IOException("the password file " + file + " is not text in UTF-8");
        } finally {
            Arrays.fill(text.array(), '\0');
        }
    }
}
