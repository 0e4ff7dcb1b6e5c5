package org.sealpost.record;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sealpost.record.EntryEncoder.Profiled;

class EntryEncoderTest {
    private static final List<String> ALPHABETS = List.of("abcxyz019-./", "äößé", "漢字仮名", "😀𝄞");

    private final EntryEncoder encoder = new EntryEncoder();

    /// The slots, one by one, are what the formats' vectors are made of: 10,000 random records of all sizes,
    /// with all that is optional and without, must come out the same.
    @Test
    void theBytesAreThoseOfBodyAndHeaderLeaf() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int i = 0; i < 10_000; i++) check(random, "record " + i + " of seed " + seed);
    }

    private void check(Random random, String which) {
        var profile =
                new Profiled(random.nextInt(4) == 0 ? "default" : "p" + random.nextInt(9), 1 + random.nextInt(300));
        var kind = SourceKind.values()[random.nextInt(SourceKind.values().length)];
        var source = new Source(
                text(random, 1 + random.nextInt(128)),
                random.nextBoolean() ? Optional.of(text(random, 1 + random.nextInt(255))) : Optional.empty(),
                text(random, random.nextInt(250)));
        var clock = clock(random);
        var payload = bytes(random, random.nextInt(500) == 0 ? 200_000 : random.nextInt(2_000));
        var content = new Content(text(random, 1 + random.nextInt(255)), payload);
        var salts = bytes(random, EntryEncoder.SALTS_SIZE);

        var encoded = encoder.encode(profile, kind, source, clock, content, salts);
        var body = Body.of(source, clock, content, References.NONE, each(salts));
        var leaf = new HeaderLeaf(profile.name(), profile.version(), kind, body.commitment());
        assertArrayEquals(body.encode(), encoded.body(), which);
        assertArrayEquals(leaf.encode(), encoded.leaf(), which);
    }

    @Test
    void aProfileThatCannotBeIsRefusedAndTheNextRecordIsNot() throws CborMalformed {
        for (var bad : List.of(
                new Profiled("Not-One", 1),
                new Profiled("", 1),
                new Profiled(GenesisLeaf.PROFILE, 1),
                new Profiled(HandOverLeaf.PROFILE, 1),
                new Profiled("default", 0))) {
            assertThrows(IllegalArgumentException.class, () -> encode(bad), bad.toString());
        }
        var leaf = Leaf.parse(encode(new Profiled("default", 2)).leaf());
        assertEquals("default", ((HeaderLeaf) leaf).profile());
        assertEquals(2, ((HeaderLeaf) leaf).profileVersion());
    }

    @Test
    void tooFewSaltsAreRefused() {
        var random = new Random(1);
        assertThrows(
                IllegalArgumentException.class,
                () -> encoder.encode(
                        new Profiled("default", 1),
                        SourceKind.HTTP,
                        new Source("c", Optional.empty(), "/"),
                        clock(random),
                        new Content("text/plain", new byte[1]),
                        new byte[EntryEncoder.SALTS_SIZE - 1]));
    }

    private EntryEncoder.Encoded encode(Profiled profile) {
        return encoder.encode(
                profile,
                SourceKind.HTTP,
                new Source("c", Optional.empty(), "/"),
                clock(new Random(1)),
                new Content("text/plain", new byte[1]),
                new byte[EntryEncoder.SALTS_SIZE]);
    }

    private static ClockReading clock(Random random) {
        return new ClockReading(
                random.nextLong(1L << random.nextInt(1, 47)),
                ClockReading.State.values()[random.nextInt(ClockReading.State.values().length)],
                ClockReading.Source.values()[random.nextInt(ClockReading.Source.values().length)],
                random.nextBoolean()
                        ? OptionalLong.of(random.nextLong(1L << random.nextInt(1, 40)))
                        : OptionalLong.empty(),
                bytes(random, 16),
                random.nextLong(1L << random.nextInt(1, 60)));
    }

    private static byte[][] each(byte[] salts) {
        var each = new byte[EntryEncoder.SALTS_SIZE / Slot.SALT_SIZE][];
        for (int i = 0; i < each.length; i++) {
            each[i] = Arrays.copyOfRange(salts, i * Slot.SALT_SIZE, (i + 1) * Slot.SALT_SIZE);
        }
        return each;
    }

    private static String text(Random random, int characters) {
        int[] alphabet =
                ALPHABETS.get(random.nextInt(ALPHABETS.size())).codePoints().toArray();
        int[] chosen = random.ints(characters, 0, alphabet.length)
                .map(i -> alphabet[i])
                .toArray();
        return new String(chosen, 0, chosen.length);
    }

    private static byte[] bytes(Random random, int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }
}
