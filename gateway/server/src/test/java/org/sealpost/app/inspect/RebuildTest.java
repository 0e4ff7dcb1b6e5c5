package org.sealpost.app.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.archive.range.SmallLog;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.journal.LostLeaf;
import org.sealpost.merkle.Merkle;
import org.sealpost.record.CborWriter;
import org.sealpost.seal.SoftwareKey;

/// A log whose key was replaced, as it is found again where its journal of hand-overs, or their leaves, are gone.
class RebuildTest {
    private static final int HAND_OVER = 6;
    private static final JournalConfig ENTRIES = new JournalConfig("entries", 1 << 16, 8192, 1 << 14);

    @TempDir
    Path data;

    private final List<byte[]> leaves = new ArrayList<>();

    @BeforeEach
    void aLogOfTwoKeys() throws Exception {
        try (var log = new SmallLog(data, SoftwareKey.p256(), "test/1")) {
            log.grow(5, "before").breakTo(SoftwareKey.p256()).grow(5, "after");
        }
        try (var entries = Journal.open(DirectoryDisk.open(data.resolve("entries")), ENTRIES, 0)) {
            entries.scanLeaves(0, 100, (_, leaf) -> leaves.add(leaf));
        }
        assertEquals(12, leaves.size());
    }

    @Test
    void theLogItselfSaysWhichKeyIsInForce() throws Exception {
        var found = Rebuild.of(data);
        assertEquals(List.of(), found.differences());
        assertEquals(12, found.entries());
        assertTrue(found.seals() >= 2 && found.checkpoints() >= 1, found.toString());
    }

    @Test
    void aHandOverThatWasLostIsKnownByTheBoxsOtherCopyAlone() throws Exception {
        rewrite(HAND_OVER, Rewriting.LOST);
        var without = Rebuild.of(data).differences();
        assertTrue(without.contains("seal over 12 entries is not signed by the key in force"), without.toString());

        try (var journal = Journal.open(
                DirectoryDisk.open(data.resolve("handovers")),
                new JournalConfig("handovers", 1 << 16, 8192, 1 << 14),
                0)) {
            // One that was interrupted before it came to the log.
            announce(journal, spoilt(leaves.get(HAND_OVER)));
            announce(journal, leaves.get(HAND_OVER));
        }
        assertEquals(List.of(), Rebuild.of(data).differences());
    }

    private static void announce(Journal journal, byte[] leaf) throws IOException {
        var item = new CborWriter(leaf.length + 64)
                .array(4)
                .text("sealpost-handovers")
                .integer(1)
                .bytes(leaf)
                .text("seal-2");
        journal.append(item.toBytes(), new byte[0]);
        journal.force();
    }

    @Test
    void aHandOverThatNobodyMayFollowIsNamed() throws Exception {
        rewrite(HAND_OVER, Rewriting.SPOILT);
        var found = Rebuild.of(data).differences();
        assertTrue(
                found.getFirst().startsWith("entry 6 hands the log over, and nobody may follow it: hand-over 1: "),
                found.toString());
        assertTrue(
                found.getLast().startsWith("checkpoint over 12 entries: root ")
                        || found.getLast().startsWith("seal over 12 entries: root "),
                found.toString());
    }

    @Test
    void aHandOverInAnotherPlaceIsNamed() throws Exception {
        rewrite(2, Rewriting.LEFT_OUT);
        var found = Rebuild.of(data).differences();
        assertTrue(found.contains("entry 5 hands the log over, and says that it is entry 6"), found.toString());
    }

    private enum Rewriting {
        LOST,
        SPOILT,
        LEFT_OUT
    }

    /// Writes the journal of entries anew, with another leaf or none in one place.
    private void rewrite(int place, Rewriting how) throws IOException {
        var folder = data.resolve("entries");
        try (var files = Files.list(folder)) {
            for (var file : files.toList()) Files.delete(file);
        }
        try (var entries = Journal.open(DirectoryDisk.open(folder), ENTRIES, 0)) {
            for (int i = 0; i < leaves.size(); i++) {
                var leaf = leaves.get(i);
                if (i != place) {
                    entries.append(leaf, new byte[0]);
                } else {
                    switch (how) {
                        case LOST ->
                            LostLeaf.append(entries, Merkle.leafHash(leaf).toBytes());
                        case SPOILT -> entries.append(spoilt(leaf), new byte[0]);
                        case LEFT_OUT -> {}
                    }
                }
                entries.force();
            }
        }
    }

    /// With another signature of the new key.
    private static byte[] spoilt(byte[] leaf) {
        var other = leaf.clone();
        other[other.length - 1] ^= 1;
        return other;
    }
}
