package org.sealpost.archive.range;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.evidence.Checkpoint;
import org.sealpost.evidence.Head;
import org.sealpost.journal.EntryState;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Merkle;
import org.sealpost.record.Origin;
import org.sealpost.seal.SealLog;
import org.sealpost.seal.SealedHead;
import org.sealpost.seal.Tree;

/// A copy of a log on another machine, made of range files (docs/formats.md §19): its entries in a journal, the
/// heads that came with them, and tiles for whoever follows it. Its position is its number of entries; what is
/// written on top of them is derived, and completed by the next import.
///
/// One thread, and one process at a time: the journals are locked.
final class Mirror implements AutoCloseable {
    static final String MARK = "mirror";

    private static final String FIRST_LINE = "sealpost-mirror 1";
    private static final int MAX_MARK_BYTES = 1024;
    private static final int BLOCK = 4096;
    private static final int LEAVES_AT_ONCE = 4096;

    private final Identity identity;
    private final Journal entries;
    private final SealLog seals;
    private final Tree tree;
    private final StaticLog log;

    // Added and not durable yet.
    private long pending;

    /// The least that its entries journal is made with; it grows with the largest entry.
    record Shape(int segmentBytes, int groupBytes, int entryBytes) {
        static final Shape USUAL = new Shape(64 << 20, 4 << 20, (1 << 20) + 8192);

        JournalConfig with(int largestEntry) {
            int entry = Math.max(entryBytes, largestEntry);
            int group = Math.max(groupBytes, (entry + 3 * BLOCK - 1) / BLOCK * BLOCK);
            return new JournalConfig("entries", Math.max(segmentBytes, group + 4 * BLOCK), entry, group);
        }
    }

    /// Which log it is of.
    record Identity(Origin origin, Hash genesisHash) {
        static Identity of(RangeHead head) {
            return new Identity(head.origin(), head.keys().genesisHash());
        }

        String text() {
            return FIRST_LINE + "\norigin " + origin + "\ngenesis " + genesisHash.hex() + "\n";
        }
    }

    private Mirror(Identity identity, Journal entries, SealLog seals, Tree tree, StaticLog log) {
        this.identity = identity;
        this.entries = entries;
        this.seals = seals;
        this.tree = tree;
        this.log = log;
    }

    /// Which log a mirror is of; empty for a place that holds nothing yet.
    ///
    /// @throws RangeRefused if something else lies there
    static Optional<Identity> identity(MirrorPlace place) throws IOException, RangeRefused {
        var mark = place.read(MARK, MAX_MARK_BYTES);
        if (mark.isEmpty()) {
            if (place.names().isEmpty()) return Optional.empty();
            throw new RangeRefused("holds '" + place.names().getFirst()
                    + "' and is no mirror: name a folder that is one," + " or an empty or new one");
        }
        var text = new String(mark.get(), StandardCharsets.UTF_8);
        var lines = text.split("\n", -1);
        try {
            var identity = new Identity(
                    new Origin(lines[1].substring("origin ".length())),
                    Hash.ofHex(lines[2].substring("genesis ".length())));
            if (identity.text().equals(text)) return Optional.of(identity);
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            // Said below.
        }
        throw new RangeRefused("has a file '" + MARK + "' that no import wrote: bring the folder back as it was");
    }

    /// Says whose log this is going to be; durable when it returns.
    static void begin(MirrorPlace place, Identity identity) throws IOException {
        place.write(MARK, identity.text().getBytes(StandardCharsets.UTF_8));
        place.settle();
    }

    /// @param largestEntry that will be added, in bytes
    static Mirror open(MirrorPlace place, Identity identity, Shape shape, int largestEntry) throws IOException {
        var seals = SealLog.open(small(place, SealLog.KIND), small(place, SealLog.KEPT_KIND));
        try {
            var entries = Journal.open(place.journal("entries"), shape.with(largestEntry), 0);
            try {
                var tree = tree(place, entries, seals);
                return new Mirror(identity, entries, seals, tree, new StaticLog(place, entries, tree));
            } catch (IOException | RuntimeException e) {
                entries.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            seals.close();
            throw e;
        }
    }

    private static Journal small(MirrorPlace place, String kind) throws IOException {
        return Journal.open(
                place.journal(kind), new JournalConfig(kind, 1 << 20, SealLog.MAX_ENTRY_SIZE_BYTES, 64 << 10), 0);
    }

    /// From the newest head, or what is published where the entries have not reached that; those behind are
    /// hashed again.
    private static Tree tree(MirrorPlace place, Journal entries, SealLog seals) throws IOException {
        var published = StaticLog.checkpoint(place);
        var reached = seals.newest()
                .map(head -> new Head(head.seal().origin(), head.size(), head.root()))
                .filter(head -> head.size() <= entries.size())
                .or(() -> published.map(Checkpoint::head))
                .filter(head -> head.size() <= entries.size());
        var tree = Tree.open(
                place.tiles(),
                (from, count) -> hashes(entries, from, count),
                reached.map(Head::size).orElse(0L),
                reached.map(Head::root));
        grow(tree, entries);
        return tree;
    }

    private static void grow(Tree tree, Journal entries) throws IOException {
        while (tree.size() < entries.size()) {
            tree.append(hashes(entries, tree.size(), (int) Math.min(LEAVES_AT_ONCE, entries.size() - tree.size())));
        }
    }

    private static List<Hash> hashes(Journal entries, long from, int count) throws IOException {
        var hashes = new ArrayList<Hash>(count);
        entries.scanLeaves(from, count, new Journal.LeafVisitor() {
            @Override
            public void visit(long index, byte[] leaf) {
                hashes.add(Merkle.leafHash(leaf));
            }

            @Override
            public void lost(long index, byte[] leafHash) {
                hashes.add(Hash.of(leafHash));
            }
        });
        if (hashes.size() != count) throw new IOException("the mirror has lost leaves of the entries from " + from);
        return hashes;
    }

    Identity identity() {
        return identity;
    }

    long size() {
        return entries.size();
    }

    Tree tree() {
        return tree;
    }

    /// Of how many entries the checkpoint is that the mirror shows.
    long published() throws IOException {
        return log.published();
    }

    /// A head that a file brought, of exactly this size.
    Optional<SealedHead> head(long size) throws IOException {
        return seals.ofSize(size);
    }

    /// The heads of more than `size` entries, which the entries may not have reached.
    List<SealedHead> headsAbove(long size) throws IOException {
        var heads = new ArrayList<SealedHead>();
        for (var head = seals.firstCovering(size);
                head.isPresent();
                head = seals.firstCovering(head.get().size())) {
            heads.add(head.get());
        }
        return heads;
    }

    /// What is known of a file's head before its entries are there: later ones must not contradict it.
    void promise(RangeHead head) throws IOException {
        if (head.size() > seals.sealedSize()) seals.append(head.sealed());
    }

    /// Durable after [#settle]. One that is there already is passed over.
    void add(RangeEntry entry) throws IOException {
        if (entry.index() < entries.size() + pending) return;
        switch (entry.state()) {
            case WHOLE, BODY_LEFT_OUT -> entries.append(entry.leaf(), entry.body());
            case BODY_ERASED -> entries.appendWithoutBody(entry.leaf(), EntryState.BODY_ERASED);
            case BODY_LOST -> entries.appendWithoutBody(entry.leaf(), EntryState.BODY_LOST);
            case LEAF_LOST -> entries.appendLeafLost(entry.leaf());
        }
        pending = entry.index() + 1 - entries.size();
    }

    /// Makes what was added durable, and shows it to followers as far as the head's checkpoint goes.
    void settle(RangeHead head) throws IOException {
        entries.force();
        pending = 0;
        grow(tree, entries);
        var checkpoint = head.checkpoint().filter(note -> note.head().size() <= entries.size());
        if (checkpoint.isPresent()) log.publish(checkpoint.get(), head.genesis(), head.keys());
    }

    @Override
    public void close() throws IOException {
        entries.close();
        seals.close();
    }
}
