package org.sealpost.control;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.sealpost.record.CborMalformed;

/// Bytes made by `vectors.py` from the specification alone, which shares no code with these classes.
class ActTest {
    @Test
    void actsMadeElsewhereAreReadAndWrittenTheSame() throws Exception {
        int position = 0;
        for (var vector : vectors().required("acts")) {
            byte[] bytes = bytes(vector);
            var act = Act.read(bytes);
            assertArrayEquals(bytes, act.toBytes());
            var copy = vector.required("copy");
            if (copy.isNull()) {
                assertThrows(IllegalArgumentException.class, () -> ActCopy.of(3, act));
            } else {
                assertEquals(copy.asText(), new String(ActCopy.of(position++, act), StandardCharsets.UTF_8));
            }
        }
        assertEquals(10, position);
    }

    @Test
    void whatNoBoxWritesIsRefused() throws Exception {
        for (var vector : vectors().required("refused")) {
            var bytes = bytes(vector);
            assertThrows(
                    CborMalformed.class,
                    () -> Act.read(bytes),
                    vector.required("why").asText());
        }
    }

    @Test
    void everyCutAndEveryChangedByteIsRefusedOrReadAsWritten() throws Exception {
        for (var vector : vectors().required("acts")) {
            byte[] bytes = bytes(vector);
            for (int i = 0; i < bytes.length; i++) {
                var cut = java.util.Arrays.copyOf(bytes, i);
                assertThrows(CborMalformed.class, () -> Act.read(cut));
                var changed = bytes.clone();
                changed[i] ^= 1;
                try {
                    assertArrayEquals(changed, Act.read(changed).toBytes());
                } catch (CborMalformed refused) {
                    // As it should be.
                }
            }
        }
    }

    @Test
    void anAddressCannotBringInWhatWouldNeedQuoting() {
        assertEquals("somebody at fe80::1%eth0", Act.Stamp.somebodyAt("fe80::1%eth0"));
        assertEquals("somebody at 1.2.3.4abc", Act.Stamp.somebodyAt("1.2.3.4\"}\na\u0000b\u202ec"));
        assertEquals("somebody at an unknown address", Act.Stamp.somebodyAt(""));
        assertEquals(112, Act.Stamp.somebodyAt("1".repeat(1000)).length());
    }

    /// A copy is handed out in evidence; the hash of a token is for the box alone.
    @Test
    void noCopyHoldsTheTokensHash() {
        var hash = SecretHash.of("a token");
        var act = new Act.Claimed(new Act.Stamp(ControlRig.clock(1), ControlRig.SOMEBODY), "owner", hash);
        var text = new String(ActCopy.of(0, act), StandardCharsets.UTF_8);
        assertFalse(text.contains(HexFormat.of().formatHex(hash.toBytes())), text);
        assertFalse(
                act.toString().contains(HexFormat.of().formatHex(hash.toBytes()).substring(0, 8)));
    }

    private static byte[] bytes(JsonNode vector) {
        return HexFormat.of().parseHex(vector.required("act").asText());
    }

    private static JsonNode vectors() throws IOException {
        try (var in = ActTest.class.getResourceAsStream("/control/acts.json")) {
            return new ObjectMapper().readTree(in);
        }
    }
}
