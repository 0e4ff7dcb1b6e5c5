package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealpost.record.CborMalformed;

class Base45Test {
    /// The examples of RFC 9285, 4.3 and 4.4.
    @ParameterizedTest
    @CsvSource({"AB,BB8", "Hello!!,%69 VD92EX0", "base-45,UJCLQE7W581", "ietf!,QED8WEX0"})
    void itIsThatOfTheStandard(String bytes, String text) throws Exception {
        assertEquals(text, Base45.encode(bytes.getBytes(StandardCharsets.US_ASCII)));
        assertEquals(bytes, new String(Base45.decode(text), StandardCharsets.US_ASCII));
    }

    @Test
    void bytesOfAnyNumberComeBack() throws Exception {
        var random = new Random(45);
        for (int length = 0; length < 200; length++) {
            var bytes = new byte[length];
            random.nextBytes(bytes);
            assertArrayEquals(bytes, Base45.decode(Base45.encode(bytes)));
        }
        assertArrayEquals(HexFormat.of().parseHex("ffff"), Base45.decode("FGW"));
    }

    /// One character too many, one that is none of its, values that no bytes have (RFC 9285, 4.2 and 6).
    @ParameterizedTest
    @ValueSource(strings = {"A", "BB8A", "bb8", "B\n8", "BÄ8", "GGW", ":::", "::"})
    void whatIsNoneIsRefused(String text) {
        assertThrows(CborMalformed.class, () -> Base45.decode(text));
    }
}
