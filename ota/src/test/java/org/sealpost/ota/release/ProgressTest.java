package org.sealpost.ota.release;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @Test
    void isALineForEachTenthWhereNobodyWatches() {
        copy(false, 200_000_000);
        var lines = said.toString(StandardCharsets.UTF_8).lines().toList();
        assertEquals(10, lines.size());
        assertEquals("copying: 10 %, 20 of 200 MB", lines.getFirst());
        assertEquals("copying: 100 %, 200 of 200 MB", lines.getLast());
    }

    @Test
    void isOneLineThatRenewsItselfOnATerminal() {
        copy(true, 200_000_000);
        String text = said.toString(StandardCharsets.UTF_8);
        assertEquals(
                101,
                IntStream.range(0, text.length())
                        .filter(at -> text.charAt(at) == '\r')
                        .count());
        assertTrue(text.endsWith("100 %, 200 of 200 MB\n"), text);
    }

    @Test
    void saysNothingOfShortSteps() {
        copy(true, 1_000_000);
        copy(false, 0);
        assertEquals("", said.toString(StandardCharsets.UTF_8));
    }

    private void copy(boolean renews, long total) {
        try (var progress = Progress.of(new PrintStream(said, true), renews, "copying", total)) {
            for (long done = 0; done < total; done += 100_000) {
                progress.add(100_000);
            }
        }
    }
}
