package org.sealpost.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/// The examples of Ethereum's own description of the encoding.
class RlpTest {
    @Test
    void encodesTheKnownExamples() {
        assertHex("83646f67", Rlp.bytes(ascii("dog")));
        assertHex("c88363617483646f67", Rlp.list(Rlp.bytes(ascii("cat")), Rlp.bytes(ascii("dog"))));
        assertHex("80", Rlp.bytes(new byte[0]));
        assertHex("c0", Rlp.list());
        assertHex("80", Rlp.number(0));
        assertHex("00", Rlp.bytes(new byte[] {0}));
        assertHex("0f", Rlp.number(15));
        assertHex("7f", Rlp.number(127));
        assertHex("8180", Rlp.number(128));
        assertHex("820400", Rlp.number(1024));
        assertHex("88ffffffffffffffff", Rlp.number(BigInteger.TWO.pow(64).subtract(BigInteger.ONE)));
        byte[] setOfSets = Rlp.list(Rlp.list(), Rlp.list(Rlp.list()), Rlp.list(Rlp.list(), Rlp.list(Rlp.list())));
        assertHex("c7c0c1c0c3c0c1c0", setOfSets);
        assertHex(
                "b838" + HexFormat.of().formatHex(ascii("Lorem ipsum dolor sit amet, consectetur adipisicing elit")),
                Rlp.bytes(ascii("Lorem ipsum dolor sit amet, consectetur adipisicing elit")));
    }

    @Test
    void changesItsFormAtTheKnownLengths() {
        assertHex("b7", first(Rlp.bytes(new byte[55]), 1));
        assertHex("b838", first(Rlp.bytes(new byte[56]), 2));
        assertHex("b8ff", first(Rlp.bytes(new byte[255]), 2));
        assertHex("b90100", first(Rlp.bytes(new byte[256]), 3));
        assertHex("ba010000", first(Rlp.bytes(new byte[65_536]), 4));
        assertHex("f7", first(Rlp.list(new byte[55]), 1));
        assertHex("f838", first(Rlp.list(new byte[56]), 2));
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
