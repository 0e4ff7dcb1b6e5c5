package org.sealpost.evidence.anchor.fabric;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sealpost.evidence.anchor.fabric.ProtoBytes.entry;
import static org.sealpost.evidence.anchor.fabric.ProtoBytes.field;
import static org.sealpost.evidence.anchor.fabric.ProtoBytes.message;
import static org.sealpost.evidence.anchor.fabric.ProtoBytes.varint;

import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ProtoMessageTest {
    @Test
    void readsWhatStandsThereAndTakesTheRestForZeroOrEmpty() throws DoesNotHold {
        var bytes = message(
                field(1, 300), field(2, "text"), field(3, "a"), field(3, ""), field(17, Long.MIN_VALUE), field(4, ""));
        var message = ProtoMessage.ofRepeated("it", bytes, Set.of(3), 1, 2, 4, 5, 17);
        assertEquals(300, message.number(1));
        assertEquals("text", message.text(2));
        assertEquals(2, message.all(3).size());
        assertArrayEquals(new byte[0], message.all(3).get(1));
        assertEquals(Long.MIN_VALUE, message.number(17));
        assertTrue(message.optional(4).isPresent());
        assertEquals(Optional.empty(), message.optional(5));
        assertArrayEquals(new byte[0], message.bytes(5));
        assertEquals(0, message.number(6));
        assertEquals(List.of(), message.all(6));
    }

    @Test
    void mapsAreReadByTheirKeys() throws DoesNotHold {
        var map = message(entry(2, "a", new byte[] {1}), entry(2, "b", new byte[] {2}), entry(2, "c", new byte[0]));
        var message = ProtoMessage.ofRepeated("it", map, Set.of(2));
        assertArrayEquals(new byte[] {2}, message.entry(2, "b").orElseThrow());
        assertArrayEquals(new byte[0], message.entry(2, "c").orElseThrow());
        assertEquals(Optional.empty(), message.entry(2, "d"));
        var twice = ProtoMessage.ofRepeated("it", message(map, entry(2, "b", new byte[] {2})), Set.of(2));
        assertEquals(
                "it has b twice",
                assertThrows(DoesNotHold.class, () -> twice.entry(2, "b")).reason());
    }

    @Test
    void whatTwoReadersCouldTakeForDifferentMessagesIsRefused() {
        refuse("it has a number that is not in its shortest form", "088000");
        refuse("it has a number that is not in its shortest form", "8800");
        refuse("it has a number that is not in its shortest form", "0a8000");
        refuse("it has a field of wire type 1", "090000000000000000");
        refuse("it has a field of wire type 5", "0d00000000");
        refuse("it has a field of wire type 3", "0b0c");
        refuse("it is not a message of protocol buffers", "0000");
        refuse("it is not a message of protocol buffers", "808080801000");
        refuse("it has a number of more than 64 bits", "08ffffffffffffffffff02");
        refuse("it has a number of more than 64 bits", "08ffffffffffffffffffff01");
        refuse("it ends in the middle of a field", "08");
        refuse("it ends in the middle of a field", "0880");
        refuse("it ends in the middle of a field", "0a");
        refuse("it has a field longer than what is left", "0a0200");
        refuse("it has a field longer than what is left", "0affffffff7f");
        refuse("it has a field longer than what is left", "0affffffffffffffffff01");
        refuse("it has a field 3 that is not known", "1800");
        refuse("it has a field 3 that is not known", "080012001800");
        refuse("it has field 1 twice", "08001200080012001800");
    }

    private static void refuse(String reason, String hex) {
        var bytes = HexFormat.of().parseHex(hex);
        assertEquals(
                reason,
                assertThrows(DoesNotHold.class, () -> ProtoMessage.of("it", bytes, 1, 2))
                        .reason());
    }

    @Test
    void aFieldThatStandsOnceStandsOnce() throws DoesNotHold {
        var message = ProtoMessage.amongOthers("it", message(field(1, 1), field(1, 1), field(2, "a"), field(2, "a")));
        assertEquals(
                "it has field 1 twice",
                assertThrows(DoesNotHold.class, () -> message.number(1)).reason());
        assertEquals(
                "it has field 2 twice",
                assertThrows(DoesNotHold.class, () -> message.bytes(2)).reason());
        assertEquals(
                "it has bytes for field 2",
                assertThrows(DoesNotHold.class, () -> message.number(2)).reason());
        assertEquals(
                "it has a number for field 1",
                assertThrows(DoesNotHold.class, () -> message.all(1)).reason());
    }

    @Test
    void theNumberOfFieldsHasABound() throws DoesNotHold {
        var fields = Collections.nCopies(4096, field(1, "")).toArray(byte[][]::new);
        assertEquals(
                4096,
                ProtoMessage.ofRepeated("it", message(fields), Set.of(1)).all(1).size());
        var more = message(message(fields), field(1, ""));
        assertEquals(
                "it has more than 4096 fields",
                assertThrows(DoesNotHold.class, () -> ProtoMessage.ofRepeated("it", more, Set.of(1)))
                        .reason());
    }

    /// What is not looked at is read over, but not what is malformed.
    @Test
    void amongOthersReadsOverFieldsThatAreNotKnown() throws DoesNotHold {
        var message = ProtoMessage.amongOthers("it", message(field(9, "a"), field(1, 7), field(10, 5)));
        assertEquals(7, message.number(1));
        assertThrows(DoesNotHold.class, () -> ProtoMessage.amongOthers("it", message(varint(9 << 3 | 5), new byte[4])));
    }
}
