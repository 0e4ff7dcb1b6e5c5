package org.sealpost.ota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VersionTest {

    @Test
    void partsAreComparedAsNumbers() {
        assertTrue(Version.parse("1.10.0").compareTo(Version.parse("1.9.9")) > 0);
        assertTrue(Version.parse("2.0.0").compareTo(Version.parse("1.2147483647.2147483647")) > 0);
        assertTrue(Version.parse("1.2.3").compareTo(Version.parse("1.2.4")) < 0);
        assertEquals(Version.parse("1.2.3"), new Version(1, 2, 3));
    }

    @Test
    void isWrittenAsItIsRead() {
        assertEquals("0.0.2147483647", Version.parse("0.0.2147483647").toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "1.2",
                "1.2.3.4",
                "01.2.3",
                "1.2.-3",
                "1.2.3 ",
                "v1.2.3",
                "1.2.x",
                "1.2.2147483648",
                "1.2.99999999999",
                "1.2.3\n",
                "１.2.3",
                "+1.2.3"
            })
    void anythingElseIsRefusedWithTheRule(String text) {
        var refused = assertThrows(IllegalArgumentException.class, () -> Version.parse(text));
        assertTrue(refused.getMessage().contains("MAJOR.MINOR.PATCH"), refused::getMessage);
    }
}
