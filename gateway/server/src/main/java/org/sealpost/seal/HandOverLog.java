package org.sealpost.seal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.sealpost.evidence.HandOverWrong;
import org.sealpost.journal.Journal;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Merkle;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;
import org.sealpost.record.HandOverLeaf;
import org.sealpost.record.Leaf;

/// The `handovers` journal (docs/formats.md §14): where in the log hand-overs may stand, and what the new key is called
/// in its token. Written before the log is, so one that the log does not have was interrupted, and means nothing.
public final class HandOverLog implements AutoCloseable {
    public static final String KIND = "handovers";

    /// What the journal must have room for in an entry.
    public static final int MAX_ENTRY_SIZE_BYTES = Leaf.MAX_SIZE_BYTES + 1024;

    private static final String ITEM = "sealpost-handovers";
    private static final int VERSION = 1;
    private static final int MAX_NAME_BYTES = 512;

    private final Journal journal;

    /// A hand-over that may stand in the log.
    private record Announced(byte[] leaf, long index, String name) {}

    /// What the log itself says of its keys.
    ///
    /// @param name CKA_LABEL of the key in force; empty for that of the genesis
    public record Found(LogIdentity identity, Optional<String> name) {}

    private HandOverLog(Journal journal) {
        this.journal = journal;
    }

    /// Takes the journal over.
    public static HandOverLog open(Journal journal) {
        return new HandOverLog(journal);
    }

    /// The log with those hand-overs that stand in it.
    ///
    /// @throws IOException if one of them does not follow from the keys before it, or an entry is none of ours
    public Found in(Leaves leaves, LogIdentity first) throws IOException {
        var found = new Found(first, Optional.empty());
        for (var announced : announced()) {
            if (announced.index >= leaves.size() || !stands(announced, leaves)) continue;
            try {
                found = new Found(found.identity.after(announced.leaf), Optional.of(announced.name));
            } catch (HandOverWrong e) {
                throw new IOException("entry " + announced.index + " of the log: " + e.getMessage(), e);
            }
        }
        return found;
    }

    /// Of a leaf that was lost, its hash is left.
    private static boolean stands(Announced announced, Leaves leaves) throws IOException {
        var stands = new AtomicBoolean();
        leaves.scan(announced.index, 1, new Journal.LeafVisitor() {
            @Override
            public void visit(long index, byte[] leaf) {
                stands.set(Arrays.equals(announced.leaf, leaf));
            }

            @Override
            public void lost(long index, byte[] leafHash) {
                stands.set(Merkle.leafHash(announced.leaf).equals(Hash.of(leafHash)));
            }
        });
        return stands.get();
    }

    /// Durable when it returns.
    void announce(byte[] leaf, String name) throws IOException {
        var item = new CborWriter(leaf.length + 256)
                .array(4)
                .text(ITEM)
                .integer(VERSION)
                .bytes(leaf)
                .text(name);
        journal.append(item.toBytes(), new byte[0]);
        journal.force();
    }

    private List<Announced> announced() throws IOException {
        var all = new ArrayList<Announced>();
        for (long position = 0; position < journal.size(); position++) {
            try {
                var in = new CborReader(journal.read(position).leaf())
                        .arrayOf(4)
                        .expect(ITEM)
                        .expect(VERSION);
                var leaf = in.bytes(Leaf.MAX_SIZE_BYTES);
                var name = in.text(MAX_NAME_BYTES);
                in.end();
                if (!(Leaf.parse(leaf) instanceof HandOverLeaf parsed)) throw new CborMalformed(0, "not a hand-over");
                all.add(new Announced(leaf, parsed.handOver().index(), name));
            } catch (CborMalformed e) {
                throw new IOException(
                        "entry " + position + " of the hand-overs journal is not what a rotation writes: "
                                + e.getMessage(),
                        e);
            }
        }
        return all;
    }

    @Override
    public void close() throws IOException {
        journal.close();
    }
}
