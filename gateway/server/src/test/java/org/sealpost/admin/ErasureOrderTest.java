package org.sealpost.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sealpost.archive.erasure.ErasureForm;
import org.sealpost.archive.erasure.IndexRange;

class ErasureOrderTest {
    private static final String GOOD =
            "{\"origin\":\"port/1\",\"rule\":\"r\",\"form\":\"body\",\"entries\":[[17,18],[20,26]]}";

    @Test
    void anOrderIsReadAsItIsMeant() {
        var order = read(GOOD);
        assertEquals("port/1", order.origin());
        assertEquals("r", order.rule());
        assertEquals(ErasureForm.BODY, order.form());
        assertEquals(List.of(new IndexRange(17, 18), new IndexRange(20, 26)), order.ranges());
        assertEquals(
                ErasureForm.BODY_AND_SALTS,
                read(GOOD.replace("\"body\"", "\"body-and-salts\"")).form());
    }

    @Test
    void whateverElseIsSentIsRefusedInASentence() {
        for (var bad : List.of(
                "",
                "{",
                "[]",
                "17",
                GOOD + GOOD,
                GOOD.replace("}", ",\"confirm\":true}"),
                GOOD.replace("}", ",\"rule\":\"twice\"}"),
                GOOD.replace("\"rule\":\"r\",", ""),
                GOOD.replace("\"r\"", "5"),
                GOOD.replace("\"body\"", "\"soul\""),
                GOOD.replace("[[17,18],[20,26]]", "[]"),
                GOOD.replace("[[17,18],[20,26]]", "17"),
                GOOD.replace("[17,18]", "[17]"),
                GOOD.replace("[17,18]", "[17,18,19]"),
                GOOD.replace("[17,18]", "[18,17]"),
                GOOD.replace("[17,18]", "[17,17.5]"),
                GOOD.replace("[17,18]", "[-1,18]"),
                GOOD.replace("[17,18]", "[\"17\",18]"),
                GOOD.replace("[17,18]", "[17,99999999999999999999]"),
                GOOD.replace("[17,18]", "[17,18],".repeat(4096) + "[17,18]"))) {
            var refused = assertThrows(IllegalArgumentException.class, () -> read(bad), bad);
            assertTrue(refused.getMessage().length() > 20, bad);
        }
    }

    private static ErasureOrder read(String json) {
        return ErasureOrder.read(json.getBytes(StandardCharsets.UTF_8));
    }
}
