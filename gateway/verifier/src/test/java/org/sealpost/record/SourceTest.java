package org.sealpost.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class SourceTest {
    /// 𐅑 takes two units of UTF-16 and four bytes of UTF-8, and is one character.
    @Test
    void charactersAreCodePoints() throws CborMalformed {
        var widest = new Source("𐅑".repeat(128), Optional.of("𐅑".repeat(255)), "𐅑".repeat(256));
        assertEquals(widest, Source.parse(widest.encode()));
        assertThrows(IllegalArgumentException.class, () -> new Source("𐅑".repeat(129), Optional.empty(), ""));
        assertThrows(IllegalArgumentException.class, () -> new Source("a", Optional.of("𐅑".repeat(256)), ""));
        assertThrows(IllegalArgumentException.class, () -> new Source("a", Optional.empty(), "𐅑".repeat(257)));
        var type = new Content("𐅑".repeat(255), new byte[0]);
        assertEquals(type, Content.parse(type.encode()));
        assertThrows(IllegalArgumentException.class, () -> new Content("𐅑".repeat(256), new byte[0]));
    }
}
