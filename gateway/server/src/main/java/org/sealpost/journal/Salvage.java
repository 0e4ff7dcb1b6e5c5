package org.sealpost.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Makes a new journal of what is left of a damaged one, entry for entry under the same index. The damaged one is only
/// read.
///
/// A power cut leaves a beginning that the next try replaces: what is made counts once it holds its note.
public final class Salvage {
    /// In the directory of a salvaged journal: what was lost. Whoever opens the journal takes it from there.
    public static final String NOTE = "salvage.note";

    /// Says that what lies here was begun by a salvage, and may be replaced.
    private static final String BEGUN = "salvage.begun";

    private static final String PARTIAL_NOTE = "salvage.note.partial";
    private static final String LOCK = "lock";
    private static final int HASH_SIZE = 32;

    private final Disk damaged;
    private final String kind;
    private final long floor;
    private final Examination examination;

    private Salvage(Disk damaged, String kind, long floor, Examination examination) {
        this.damaged = damaged;
        this.kind = kind;
        this.floor = floor;
        this.examination = examination;
    }

    /// What is known of leaves besides the leaves themselves.
    public interface LeafHashes {
        /// The 32 bytes that stand for the leaf at this index.
        byte[] of(long index) throws IOException;
    }

    /// Reads the damaged journal, which nobody may write to meanwhile.
    public static Salvage of(Disk damaged, String kind, long floor) throws IOException {
        return new Salvage(damaged, kind, floor, Examination.of(damaged, kind, floor));
    }

    public Examination examination() {
        return examination;
    }

    /// Shows all leaves in order; for those that are lost, now or by an earlier salvage, the visitor's
    /// [Journal.LeafVisitor#lost] is called, with no hash for those lost now.
    public void leaves(Journal.LeafVisitor visitor) throws IOException {
        new JournalSurvey(damaged, kind, floor, false, new SegmentSurvey.Findings() {
                    @Override
                    public void entry(SegmentReader reader, SegmentReader.Frame frame, boolean bodyReadable)
                            throws IOException {
                        byte[] leaf = unchanged(() -> reader.leaf(frame));
                        if (frame.state() == EntryState.LEAF_LOST) {
                            visitor.lost(frame.index(), leaf);
                        } else {
                            visitor.visit(frame.index(), leaf);
                        }
                    }

                    @Override
                    public void damage(Damage damage) throws IOException {
                        for (long index : lostLeaves(damage)) {
                            visitor.lost(index, new byte[0]);
                        }
                    }
                })
                .run();
    }

    /// Shows all entries in order, from an index on, whose leaves are readable; of one whose body is not, the
    /// body is lost.
    public void entries(long from, Journal.Visitor visitor) throws IOException {
        new JournalSurvey(damaged, kind, floor, false, new SegmentSurvey.Findings() {
                    @Override
                    public void entry(SegmentReader reader, SegmentReader.Frame frame, boolean bodyReadable)
                            throws IOException {
                        if (frame.index() < from) {
                            return;
                        }
                        EntryState state = stateOf(frame, bodyReadable);
                        byte[] leaf = unchanged(() -> reader.leaf(frame));
                        byte[] body = state == EntryState.WHOLE
                                ? unchanged(() -> reader.entry(frame)).body()
                                : new byte[0];
                        visitor.visit(new JournalEntry(frame.index(), leaf, body, state));
                    }

                    @Override
                    public void damage(Damage damage) {}
                })
                .run();
    }

    private static EntryState stateOf(SegmentReader.Frame frame, boolean bodyReadable) {
        return bodyReadable || !frame.hasBody() ? frame.state() : EntryState.BODY_LOST;
    }

    /// Writes the new journal; durable when it returns.
    ///
    /// @param target an empty directory, or one that an interrupted salvage has begun
    /// @param shape  of the new journal; grown where the damaged one holds larger entries
    /// @param hashes of the leaves that are gone
    /// @param note   kept beside the entries under [#NOTE]
    public void writeTo(Disk target, JournalConfig shape, LeafHashes hashes, byte[] note) throws IOException {
        begin(target);
        try (Journal made = Journal.begin(target, grown(shape), examination.start())) {
            new JournalSurvey(damaged, kind, floor, false, new Copying(made, hashes)).run();
            made.force();
            if (made.size() != examination.nextIndex()) {
                throw changed();
            }
        }
        finish(target, note);
    }

    /// Whether a salvage came to its end there.
    public static boolean isFinished(Disk target) throws IOException {
        return target.list().contains(NOTE);
    }

    private static void begin(Disk target) throws IOException {
        List<String> names = new ArrayList<>(target.list());
        names.remove(LOCK);
        if (names.contains(NOTE)) {
            throw new IOException("a finished salvage is there already");
        }
        if (!names.contains(BEGUN)) {
            if (!names.isEmpty()) {
                throw new IOException("it holds files that no salvage has begun (%s)".formatted(names.getFirst()));
            }
            target.create(BEGUN, Layout.BLOCK_SIZE).close();
            target.forceDirectory();
        }
        names.remove(BEGUN);
        for (String name : names) {
            target.delete(name);
        }
        target.forceDirectory();
    }

    private static void finish(Disk target, byte[] note) throws IOException {
        try (DiskFile file = target.create(PARTIAL_NOTE, note.length)) {
            file.write(0, ByteBuffer.wrap(note));
            file.force();
        }
        target.rename(PARTIAL_NOTE, NOTE);
        target.forceDirectory();
        target.delete(BEGUN);
        target.forceDirectory();
    }

    private JournalConfig grown(JournalConfig shape) {
        int entry = (int) Math.max(shape.maxEntrySizeBytes(), examination.largestEntryBytes());
        long least = Layout.groupSize(Layout.GROUP_HEADER_SIZE + Layout.frameSize(entry), 1);
        int group = (int) Math.max(shape.maxGroupSizeBytes(), least);
        long segment = (long) Layout.BLOCK_SIZE + group + Layout.footerSize(1);
        return new JournalConfig(kind, (int) Math.max(shape.segmentSizeBytes(), segment), entry, group);
    }

    private static final class Copying implements SegmentSurvey.Findings {
        private final Journal made;
        private final LeafHashes hashes;

        Copying(Journal made, LeafHashes hashes) {
            this.made = made;
            this.hashes = hashes;
        }

        @Override
        public void entry(SegmentReader reader, SegmentReader.Frame frame, boolean bodyReadable) throws IOException {
            EntryState state = stateOf(frame, bodyReadable);
            byte[] leaf = unchanged(() -> reader.leaf(frame));
            byte[] body = state == EntryState.WHOLE
                    ? unchanged(() -> reader.entry(frame)).body()
                    : new byte[frame.bodyLength()];
            append(frame.index(), leaf, body, state);
        }

        @Override
        public void damage(Damage damage) throws IOException {
            for (long index : lostLeaves(damage)) {
                byte[] hash = hashes.of(index);
                if (hash.length != HASH_SIZE) {
                    throw new IllegalArgumentException("a hash has 32 bytes, not " + hash.length);
                }
                append(index, hash, new byte[0], EntryState.LEAF_LOST);
            }
        }

        private void append(long index, byte[] leaf, byte[] body, EntryState state) throws IOException {
            if (made.append(leaf, body, state) != index) {
                throw changed();
            }
        }
    }

    private static Iterable<Long> lostLeaves(Damage damage) {
        if (!damage.leavesGone()) {
            return List.of();
        }
        return () -> java.util.stream.LongStream.rangeClosed(damage.firstIndex(), damage.lastIndex())
                .iterator();
    }

    /// Reads what was readable a moment ago.
    private interface Reading<T> {
        T read() throws IOException, Flaw;
    }

    private static <T> T unchanged(Reading<T> reading) throws IOException {
        try {
            return reading.read();
        } catch (Flaw flaw) {
            throw new IOException("the damaged journal changes while it is read: " + flaw.problem(), flaw);
        }
    }

    private static IOException changed() {
        return new IOException("the damaged journal changed while it was read");
    }

    /// The note of a journal that was made by a salvage and not opened since.
    public static Optional<byte[]> note(Disk journal) throws IOException {
        if (!journal.list().contains(NOTE)) {
            return Optional.empty();
        }
        try (DiskFile file = journal.open(NOTE)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
            file.read(0, bytes);
            return Optional.of(bytes.array());
        }
    }

    /// Somebody has the note.
    public static void noteTaken(Disk journal) throws IOException {
        journal.delete(NOTE);
        journal.forceDirectory();
    }
}
