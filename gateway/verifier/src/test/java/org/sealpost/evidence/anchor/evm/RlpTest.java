package org.sealpost.evidence.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class RlpTest {
    @Test
    void readsTheKnownExamples() throws ProofBroken {
        assertArrayEquals("dog".getBytes(), Rlp.string(hex("83646f67")));
        assertArrayEquals(new byte[0], Rlp.string(hex("80")));
        assertArrayEquals(new byte[1], Rlp.string(hex("00")));
        assertArrayEquals(new byte[] {(byte) 0x80}, Rlp.string(hex("8180")));
        assertEquals(56, Rlp.string(hex("b838" + "61".repeat(56))).length);
        assertEquals(256, Rlp.string(hex("b90100" + "61".repeat(256))).length);
        var in = Rlp.ofList(hex("c8836361748203e8c0"));
        assertArrayEquals("cat".getBytes(), in.fixed(3));
        assertEquals(1000, in.number());
        in.list().end();
        in.end();
        assertEquals(0, Rlp.ofList(hex("c180")).number());
        assertEquals(Long.MAX_VALUE, Rlp.ofList(hex("c9887fffffffffffffff")).number());
    }

    /// Each value has one form: whatever is written longer than it must be, or does not end where it says, is
    /// refused.
    @Test
    void refusesEveryOtherForm() {
        for (var text : List.of(
                "",
                "8100",
                "817f",
                "b800",
                "b837" + "61".repeat(55),
                "b90038" + "61".repeat(56),
                "ba000100" + "61".repeat(256),
                "bb7fffffff",
                "bf7fffffffffffffff",
                "bfffffffffffffffff",
                "b8",
                "b838",
                "83646f",
                "83646f6767",
                "c0",
                "c20102")) {
            assertThrows(ProofBroken.class, () -> Rlp.string(hex(text)), text);
        }
        for (var text : List.of("", "80", "c1", "c101ff", "f800", "f837" + "01".repeat(55), "ff" + "ff".repeat(8))) {
            assertThrows(ProofBroken.class, () -> Rlp.ofList(hex(text)), text);
        }
        for (var text : List.of("c100", "c3820001", "c9888000000000000000", "ca89010000000000000000", "c1c0", "c0")) {
            assertThrows(ProofBroken.class, () -> Rlp.ofList(hex(text)).number(), text);
        }
        assertThrows(ProofBroken.class, () -> Rlp.ofList(hex("c20102")).end());
        assertThrows(ProofBroken.class, () -> Rlp.ofList(hex("c3010203")).items(2));
        assertThrows(ProofBroken.class, () -> Rlp.ofList(hex("c0")).skip());
        assertThrows(ProofBroken.class, () -> Rlp.checkNumber(hex("820100"), 255));
        assertThrows(ProofBroken.class, () -> Rlp.checkNumber(hex("0101"), 255));
    }

    @Test
    void writesWhatItReads() throws ProofBroken {
        for (long value : new long[] {0, 1, 127, 128, 255, 256, 65_535, 65_536, Long.MAX_VALUE}) {
            assertArrayEquals(TestTrie.number(value), RlpWriter.number(value));
            assertEquals(
                    value,
                    Rlp.ofList(RlpWriter.list(List.of(RlpWriter.number(value)))).number());
        }
        for (int size : new int[] {2, 55, 56, 255, 256, 70_000}) {
            var value = new byte[size];
            Arrays.fill(value, (byte) 0xfe);
            assertArrayEquals(TestTrie.string(value), RlpWriter.bytes(value));
            assertArrayEquals(value, Rlp.string(RlpWriter.bytes(value)));
            assertArrayEquals(TestTrie.list(TestTrie.string(value)), RlpWriter.list(List.of(TestTrie.string(value))));
        }
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }
}
