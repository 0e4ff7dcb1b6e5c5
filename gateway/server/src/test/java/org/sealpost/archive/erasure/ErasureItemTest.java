package org.sealpost.archive.erasure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sealpost.record.CborMalformed;

/// Bytes made by `vectors.py` from the specification alone, which shares no code with these classes.
class ErasureItemTest {
    @Test
    void ordersAndMarksMadeElsewhereAreReadAndWrittenTheSame() throws Exception {
        int position = 0;
        for (var vector : vectors().required("items")) {
            byte[] leaf = bytes(vector, "leaf");
            var item = ErasureItem.read(leaf);
            assertArrayEquals(leaf, item.toBytes());
            byte[] body = bytes(vector, "body");
            if (body.length > 0) assertArrayEquals(body, KeptSlots.encode(KeptSlots.parse(body)));
            var copy = vector.required("copy");
            assertEquals(item instanceof ErasureItem.Ordered, !copy.isNull());
            if (item instanceof ErasureItem.Ordered ordered) {
                var text = new String(ErasureCopy.of(ordered.at(position++)), StandardCharsets.UTF_8);
                assertEquals(copy.asText(), text);
            }
        }
        assertEquals(3, position);
    }

    @Test
    void whatNoBoxWritesIsRefused() throws Exception {
        for (var vector : vectors().required("refused")) {
            byte[] leaf = bytes(vector, "leaf");
            assertThrows(
                    CborMalformed.class,
                    () -> ErasureItem.read(leaf),
                    vector.required("why").asText());
        }
    }

    @Test
    void everyCutAndEveryChangedByteIsRefusedOrReadAsWritten() throws Exception {
        for (var vector : vectors().required("items")) {
            for (var name : List.of("leaf", "body")) {
                byte[] bytes = bytes(vector, name);
                for (int i = 0; i < Math.min(2000, bytes.length); i++) {
                    byte[] cut = Arrays.copyOf(bytes, i);
                    assertThrows(CborMalformed.class, () -> again(name, cut));
                    byte[] changed = bytes.clone();
                    changed[i] ^= 1;
                    try {
                        assertArrayEquals(changed, again(name, changed));
                    } catch (CborMalformed refused) {
                        // As it should be.
                    }
                }
            }
        }
    }

    private static byte[] again(String name, byte[] bytes) throws CborMalformed {
        return name.equals("leaf") ? ErasureItem.read(bytes).toBytes() : KeptSlots.encode(KeptSlots.parse(bytes));
    }

    /// A copy must be taken by the log, whatever the order says.
    @Test
    void theCopyOfAnOrderFitsWhatTheLogTakes() {
        for (int max : new int[] {2048, 4096, 1 << 16, 1 << 20}) {
            int count = ErasureCopy.mostRanges(max);
            var ranges = new java.util.ArrayList<IndexRange>();
            for (long i = 0; i < count; i++) {
                long first = Long.MAX_VALUE - 3 * (count - i);
                ranges.add(new IndexRange(first, first + 1));
            }
            var rule = "\ud83d\ude00".repeat(ErasureItem.MAX_RULE_CHARACTERS);
            var order = new ErasureItem.Ordered(Rig.CLOCK, "x".repeat(128), rule, ErasureForm.BODY, ranges);
            assertEquals(max, Math.max(max, ErasureCopy.of(order.at(Long.MAX_VALUE)).length));
        }
        assertEquals(ErasureItem.MAX_RANGES, ErasureCopy.mostRanges(1 << 20));
    }

    private static byte[] bytes(JsonNode vector, String name) {
        return HexFormat.of().parseHex(vector.required(name).asText());
    }

    private static JsonNode vectors() throws IOException {
        try (var in = ErasureItemTest.class.getResourceAsStream("/erasures/erasures.json")) {
            return new ObjectMapper().readTree(in);
        }
    }
}
