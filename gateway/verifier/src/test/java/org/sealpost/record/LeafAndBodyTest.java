package org.sealpost.record;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class LeafAndBodyTest {
    private static final ClockReading CLOCK = new ClockReading(
            1_790_000_000_123L,
            ClockReading.State.SYNCED,
            ClockReading.Source.SYSTEM,
            OptionalLong.of(12),
            new byte[16],
            987_654L);

    @Test
    void aBodyReadsBackAndKeepsItsCommitment() throws CborMalformed {
        var body = body("{}".getBytes());
        var read = Body.parse(body.encode());
        assertEquals(body, read);
        assertEquals(body.commitment(), read.commitment());
        assertEquals(CLOCK, ClockReading.parse(shown(read, Slot.CLOCK)));
        assertEquals("text/plain", Content.parse(shown(read, Slot.CONTENT)).mediaType());
        assertEquals(Optional.of("k-1"), Source.parse(shown(read, Slot.SOURCE)).idempotencyKey());
        assertEquals(References.NONE, References.parse(shown(read, Slot.REFERENCES)));
    }

    /// Withholding a slot never touches the commitment; changing any byte of any slot or salt always does.
    @Test
    void theCommitmentBindsEverySlotAndSurvivesWithholding() {
        var body = body("payload".getBytes());
        for (int i = 0; i < body.slots().size(); i++) {
            var slots = new ArrayList<>(body.slots());
            var shown = (Slot.Shown) slots.get(i);
            slots.set(i, new Slot.Withheld(shown.digest(Slot.LABELS.get(i))));
            assertEquals(body.commitment(), new Body(slots).commitment());

            var salt = shown.salt().clone();
            salt[31] ^= 1;
            slots.set(i, new Slot.Shown(salt, shown.bytes()));
            assertNotEquals(body.commitment(), new Body(slots).commitment());
        }
    }

    @Test
    void slotsCannotTradePlaces() {
        var body = body("payload".getBytes());
        var slots = new ArrayList<>(body.slots());
        var first = slots.get(0);
        slots.set(0, slots.get(1));
        slots.set(1, first);
        assertNotEquals(body.commitment(), new Body(slots).commitment());
    }

    @Test
    void leavesReadBackAsTheirOnlyEncoding() throws CborMalformed {
        var header =
                new HeaderLeaf("default", 1, SourceKind.MQTT, body(new byte[3]).commitment());
        assertEquals(header, Leaf.parse(header.encode()));
        var genesis = new GenesisLeaf(new Genesis(
                new Origin("demo-port/7f3a9c41"),
                Suite.SHA256_P256,
                List.of(
                        new Genesis.Key(KeyRole.SEAL, new byte[91], "token 1"),
                        new Genesis.Key(KeyRole.CHAIN_ACCOUNT, new byte[88], "token 1"),
                        new Genesis.Key(KeyRole.CHAIN_ACCOUNT, new byte[88], "token 2"),
                        new Genesis.Key(KeyRole.CHECKPOINT, new byte[44], "token 1")),
                "sealpost 0.1",
                CLOCK,
                new byte[32],
                Optional.of(new Genesis.Previous(new Origin("demo-port/1"), new byte[32]))));
        assertEquals(genesis, Leaf.parse(genesis.encode()));
        assertArrayEquals(genesis.encode(), Leaf.parse(genesis.encode()).encode());
    }

    /// Each bit of a leaf counts: a changed one is refused or read as another leaf with that very encoding.
    @Test
    void everyBitOfALeafCounts() {
        var bytes =
                new HeaderLeaf("default", 1, SourceKind.HTTP, body(new byte[3]).commitment()).encode();
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            var changed = bytes.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            try {
                assertArrayEquals(changed, Leaf.parse(changed).encode());
            } catch (CborMalformed expected) {
                continue;
            }
        }
    }

    @Test
    void originsAreStrict() {
        for (var good : List.of("abc", "demo-port/7f3a", "a.b/c-d/9")) assertEquals(good, new Origin(good).name());
        for (var bad :
                List.of("", "a", "ab", "Abc", "/ab", "ab/", "a//b", "a b", "a+b", "-ab", "a\nb", "x".repeat(129))) {
            assertThrows(IllegalArgumentException.class, () -> new Origin(bad));
        }
    }

    private static Body body(byte[] payload) {
        var salts = new byte[4][32];
        for (int i = 0; i < 4; i++) salts[i][0] = (byte) i;
        return Body.of(
                new Source("terminal-1", Optional.of("k-1"), "/v1/records"),
                CLOCK,
                new Content("text/plain", payload),
                References.NONE,
                salts);
    }

    private static byte[] shown(Body body, int position) {
        return ((Slot.Shown) body.slots().get(position)).bytes();
    }
}
