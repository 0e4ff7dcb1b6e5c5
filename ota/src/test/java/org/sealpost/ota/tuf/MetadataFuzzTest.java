package org.sealpost.ota.tuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Throws damaged metadata at the reader: it answers with a sentence or with metadata, never in another way,
/// and what it takes under a good signature says what was signed.
class MetadataFuzzTest {
    private static final List<Class<? extends Metadata>> KINDS =
            List.of(Root.class, Timestamp.class, Snapshot.class, Targets.class);

    /// What damage is made of, beside bytes.
    private static final List<String> PIECES = List.of(
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\\",
            "\\u0000",
            "\\ud800",
            "null",
            "true",
            "-1",
            "1e9",
            "0.1",
            "\"version\"",
            "\"signatures\"",
            "\"signed\"",
            "\"keyid\"",
            "99999999999999999999",
            "[[[[[[[[",
            "\u0000",
            "\uD83D\uDE00");

    private final long seed = Long.getLong("sealpost.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Publisher publisher = new Publisher();

    @Test
    void damagedMetadataIsReadOrRefusedWithASentence() throws Exception {
        System.out.println("seed " + seed);
        publisher.target("a.json", new byte[3]);
        publisher.publish();
        var root = Signed.parse(Root.class, publisher.imageRoot()).metadata();
        for (int round = 0; round < 20_000; round++) {
            var kind = KINDS.get(random.nextInt(KINDS.size()));
            var file = fileOf(kind);
            var original = Signed.parse(kind, file);
            byte[] damaged = damaged(file);
            try {
                var read = Signed.parse(kind, damaged);
                if (root.accepts(original.metadata().role(), read)) assertEquals(original.metadata(), read.metadata());
                assertEquals(read.metadata(), Signed.parse(kind, read.toBytes()).metadata());
            } catch (Malformed refused) {
                assertFalse(refused.getMessage().isBlank());
                assertTrue(refused.getMessage().length() < 600, refused::getMessage);
            }
        }
    }

    private byte[] fileOf(Class<? extends Metadata> kind) {
        var files = new ArrayList<byte[]>();
        publisher.files.forEach((name, file) -> {
            if (name.endsWith(kind.getSimpleName().toLowerCase(Locale.ROOT) + ".json")) files.add(file);
        });
        return files.getLast();
    }

    private byte[] damaged(byte[] file) {
        var bytes = new ArrayList<Byte>();
        for (byte b : file) bytes.add(b);
        for (int times = 1 + random.nextInt(3); times > 0; times--) {
            int at = random.nextInt(bytes.size());
            switch (random.nextInt(5)) {
                case 0 -> bytes.set(at, (byte) random.nextInt());
                case 1 -> bytes.set(at, (byte) (bytes.get(at) ^ 1 << random.nextInt(8)));
                case 2 ->
                    insert(bytes, at, PIECES.get(random.nextInt(PIECES.size())).getBytes(StandardCharsets.UTF_8));
                case 3 ->
                    bytes.subList(at, Math.min(bytes.size(), at + random.nextInt(1, 40)))
                            .clear();
                default -> {
                    var part = new ArrayList<>(bytes.subList(at, Math.min(bytes.size(), at + random.nextInt(1, 200))));
                    bytes.addAll(random.nextInt(bytes.size()), part);
                }
            }
            if (bytes.isEmpty()) bytes.add((byte) '{');
        }
        byte[] all = new byte[bytes.size()];
        for (int i = 0; i < all.length; i++) all[i] = bytes.get(i);
        return all;
    }

    private static void insert(List<Byte> bytes, int at, byte[] piece) {
        for (int i = 0; i < piece.length; i++) bytes.add(at + i, piece[i]);
    }
}
