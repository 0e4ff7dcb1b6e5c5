package org.sealpost.evidence.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/// The examples of Ethereum's own description of the encoding.
class RlpWriterTest {
    @Test
    void encodesTheKnownExamples() {
        assertHex("83646f67", RlpWriter.bytes(ascii("dog")));
        assertHex("c88363617483646f67", RlpWriter.list(RlpWriter.bytes(ascii("cat")), RlpWriter.bytes(ascii("dog"))));
        assertHex("80", RlpWriter.bytes(new byte[0]));
        assertHex("c0", RlpWriter.list());
        assertHex("80", RlpWriter.number(0));
        assertHex("00", RlpWriter.bytes(new byte[] {0}));
        assertHex("0f", RlpWriter.number(15));
        assertHex("7f", RlpWriter.number(127));
        assertHex("8180", RlpWriter.number(128));
        assertHex("820400", RlpWriter.number(1024));
        assertHex("88ffffffffffffffff", RlpWriter.number(BigInteger.TWO.pow(64).subtract(BigInteger.ONE)));
        byte[] setOfSets = RlpWriter.list(
                RlpWriter.list(),
                RlpWriter.list(RlpWriter.list()),
                RlpWriter.list(RlpWriter.list(), RlpWriter.list(RlpWriter.list())));
        assertHex("c7c0c1c0c3c0c1c0", setOfSets);
        assertHex(
                "b838" + HexFormat.of().formatHex(ascii("Lorem ipsum dolor sit amet, consectetur adipisicing elit")),
                RlpWriter.bytes(ascii("Lorem ipsum dolor sit amet, consectetur adipisicing elit")));
    }

    @Test
    void changesItsFormAtTheKnownLengths() {
        assertHex("b7", first(RlpWriter.bytes(new byte[55]), 1));
        assertHex("b838", first(RlpWriter.bytes(new byte[56]), 2));
        assertHex("b8ff", first(RlpWriter.bytes(new byte[255]), 2));
        assertHex("b90100", first(RlpWriter.bytes(new byte[256]), 3));
        assertHex("ba010000", first(RlpWriter.bytes(new byte[65_536]), 4));
        assertHex("f7", first(RlpWriter.list(new byte[55]), 1));
        assertHex("f838", first(RlpWriter.list(new byte[56]), 2));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] first(byte[] bytes, int count) {
        return java.util.Arrays.copyOf(bytes, count);
    }

    private static void assertHex(String expected, byte[] actual) {
        assertEquals(expected, HexFormat.of().formatHex(actual));
    }
}
