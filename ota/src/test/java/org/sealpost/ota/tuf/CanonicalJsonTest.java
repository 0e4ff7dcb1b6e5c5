package org.sealpost.ota.tuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CanonicalJsonTest {
    @Test
    void namesAreInOrderAndNothingIsBetween() throws Malformed {
        assertEquals(
                "{\"a\":[1,-2,true,null],\"b\":{\"c\":\"d\"}}",
                canonical(" { \"b\" : { \"c\" : \"d\" } , \"a\" : [ 1, -2, true, null ] } "));
    }

    @Test
    void onlyQuoteAndBackslashAreEscaped() throws Malformed {
        assertEquals("{\"a\":\"\\\"\\\\/\n\tü\"}", canonical("{\"a\":\"\\\"\\\\\\/\\n\\t\\u00fc\"}"));
    }

    /// U+FF21 comes before U+1F600, though its first UTF-16 unit is the greater one.
    @Test
    void namesAreOrderedByCodePoints() throws Malformed {
        assertEquals("{\"\uFF21\":1,\"\uD83D\uDE00\":2}", canonical("{\"\uD83D\uDE00\":2,\"\uFF21\":1}"));
    }

    @Test
    void integersHaveOneForm() throws Malformed {
        assertEquals("{\"a\":0,\"b\":18446744073709551616}", canonical("{\"a\":-0,\"b\":18446744073709551616}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":1.0}", "{\"a\":1e3}", "{\"a\":\"\\ud83d\"}", "{\"\\ude00\":1}"})
    void whatHasNoCanonicalFormIsRefused(String json) {
        assertThrows(Malformed.class, () -> canonical(json));
    }

    private static String canonical(String json) throws Malformed {
        var object = StrictJson.object(json.getBytes(StandardCharsets.UTF_8));
        return new String(CanonicalJson.bytes(object), StandardCharsets.UTF_8);
    }
}
