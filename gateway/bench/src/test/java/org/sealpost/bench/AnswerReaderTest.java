package org.sealpost.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerReaderTest {
    private static final String TWO =
            "HTTP/1.1 201 Created\r\ncontent-type: a/b\r\nCONTENT-LENGTH: 11\r\n\r\nHTTP/1.1 5\n"
                    + "HTTP/1.1 503 Busy\r\nContent-Length:0\r\n\r\n";

    /// Whatever the cut, the first answer ends behind its body and not before, and the second one is found behind it.
    @Test
    void findsTheEndOfEachAnswerHoweverItIsCut() throws IOException {
        for (int cut = 0; cut <= TWO.length(); cut++) {
            var reader = new AnswerReader();
            ByteBuf in = Unpooled.buffer();
            in.writeBytes(ascii(TWO.substring(0, cut)));
            int first = reader.read(in);
            int second = first == 0 ? 0 : reader.read(in);
            in.writeBytes(ascii(TWO.substring(cut)));
            if (first == 0) first = reader.read(in);
            if (second == 0) second = reader.read(in);
            assertEquals(201, first, "cut at " + cut);
            assertEquals(503, second, "cut at " + cut);
            assertEquals(0, reader.read(in), "nothing is left");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.0 200 OK\r\n",
                "HTTP/1.1 2x0 OK\r\n",
                "HTTP/1.1 2\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length:\r\n",
                "\r\n"
            })
    void refusesWhatItCannotFindTheEndOf(String answer) {
        assertThrows(IOException.class, () -> new AnswerReader().read(Unpooled.wrappedBuffer(ascii(answer))));
    }

    @Test
    void refusesALineWithoutEnd() {
        var endless = Unpooled.wrappedBuffer(new byte[(16 << 10) + 1]);
        assertThrows(IOException.class, () -> new AnswerReader().read(endless));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
