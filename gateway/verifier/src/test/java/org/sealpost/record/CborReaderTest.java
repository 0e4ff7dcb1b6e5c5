package org.sealpost.record;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CborReaderTest {
    /// Examples of RFC 8949, appendix A, and what only looks like them: each is refused, whatever a reader asks for.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "1800",
                "1817",
                "190018",
                "1900ff",
                "1a0000ffff",
                "1b00000000ffffffff", // longer than needed
                "5f42010243030405ff",
                "7f657374726561646d696e67ff",
                "9fff",
                "bfff", // indefinite
                "f90000",
                "fa47c35000",
                "fb3ff199999999999a", // floats
                "f7",
                "f0",
                "f818",
                "f8ff", // undefined, other simple values
                "c074323031332d30332d32315432303a30343a30305a",
                "c11a514b67b0",
                "d818456449455446", // other tags
                "1c",
                "3d",
                "5e",
                "7c",
                "9d",
                "be",
                "dc",
                "fc",
                "ff", // reserved, break
                "61ff",
                "62c080",
                "64f0808080",
                "63eda080", // not UTF-8
                "a201000100",
                "a202000100",
                "a2616200616100",
                "a26161002000", // keys twice, out of order
                "18",
                "1900",
                "41",
                "61",
                "81",
                "a1",
                "a101",
                "", // too short
                "0000",
                "f6f6", // bytes after the end
                "5b7fffffffffffffff",
                "9b7fffffffffffffff",
                "bbffffffffffffffff",
                "9a7fffffff", // more than there is
                "8181818181818181818181818181818181818180" // deeper than 16
            })
    void refusesWhatIsNotDeterministic(String hex) {
        var in = new CborReader(HexFormat.of().parseHex(hex));
        assertThrows(CborMalformed.class, () -> {
            in.skipItem();
            in.end();
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00",
                "17",
                "1818",
                "18ff",
                "190100",
                "1a00010000",
                "1b0000000100000000",
                "1bffffffffffffffff",
                "20",
                "3903e7",
                "40",
                "4401020304",
                "60",
                "6449455446",
                "62c3bc",
                "80",
                "83010203",
                "a0",
                "a201020304",
                "a20102206161",
                "f4",
                "f5",
                "f6",
                "d28443a10126a0f640"
            })
    void acceptsEachItemOnce(String hex) throws CborMalformed {
        var bytes = HexFormat.of().parseHex(hex);
        var in = new CborReader(bytes);
        assertArrayEquals(bytes, in.item());
        in.end();
    }

    @Test
    void keysAreInBytewiseOrder() throws CborMalformed {
        new CborReader(HexFormat.of().parseHex("a24100f6616101")).skipItem();
        assertThrows(CborMalformed.class, () -> new CborReader(HexFormat.of().parseHex("a26161014100f6")).skipItem());
    }

    @Test
    void integersKeepTheirSignAndSize() throws CborMalformed {
        for (long value : new long[] {0, 23, 24, 255, 256, 65535, 65536, 4294967295L, 4294967296L, Long.MAX_VALUE}) {
            assertEquals(value, new CborReader(new CborWriter().integer(value).toBytes()).unsigned());
            assertEquals(
                    -value - 1,
                    new CborReader(new CborWriter().integer(-value - 1).toBytes()).integer());
        }
        assertEquals(-1L, new CborReader(new CborWriter().unsigned(-1L).toBytes()).unsignedBits());
        assertThrows(
                CborMalformed.class,
                () -> new CborReader(new CborWriter().unsigned(-1L).toBytes()).unsigned());
    }

    /// Whatever arrives, the reader answers with an item or with [CborMalformed], and what it accepted has no second
    /// encoding: nothing that differs in one bit reads as the same values.
    @Test
    void randomBytesNeverDoAnythingElse() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        for (int round = 0; round < 200_000; round++) {
            var bytes = new byte[random.nextInt(24)];
            random.nextBytes(bytes);
            var in = new CborReader(bytes);
            try {
                in.skipItem();
            } catch (CborMalformed expected) {
                continue;
            }
            assertEquals(true, in.position() <= bytes.length);
        }
    }
}
