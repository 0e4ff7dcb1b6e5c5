package org.sealpost.archive.index;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.mapdb.Serializer;
import org.mapdb.SortedTableMap;
import org.sealpost.journal.DiskFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The terms of one run of entries, in a file that is only read. It answers, or says that it is bad; it never
/// says "none" of bytes that are not those that were written. Thread-safe.
final class IndexPart implements Terms, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(IndexPart.class);

    private final PartFolder folder;
    private final PartHeader header;

    // Guarded by this; there while it is open.
    private @Nullable Opened opened;
    private boolean hasPlace;

    // Guarded by this; known since somebody looked.
    private @Nullable Outline outline;
    private boolean closed;

    private record Opened(DiskFile file, CheckedTable bytes, SortedTableMap<byte[], Boolean> table) {}

    /// What is asked of each part again and again.
    ///
    /// @param anyLost whether damage took any of its entries for good
    private record Outline(Times times, boolean anyLost) {}

    private IndexPart(PartFolder folder, PartHeader header) {
        this.folder = folder;
        this.header = header;
    }

    /// Writes the part of a run, and looks whether it can be read.
    static IndexPart write(PartFolder folder, Run run, long made, TermList terms, List<Unread> unread)
            throws IOException {
        var part = new IndexPart(folder, PartWriter.write(folder.disk(), run, made, terms, unread));
        try {
            part.look();
        } catch (PartBad e) {
            throw new IOException("a part of the index cannot be read just after it was written: " + e.getMessage(), e);
        }
        return part;
    }

    /// The part of a run, if there is one, it was made in the same way, and nothing was unreadable then.
    static Optional<IndexPart> find(PartFolder folder, Run run, long made) throws IOException, PartBad {
        if (!folder.has(run)) return Optional.empty();
        PartHeader found;
        try (DiskFile file = open(folder, run.fileName())) {
            found = PartHeader.read(file, run.fileName());
        } catch (IOException e) {
            throw unreadable(run, e);
        }
        if (!found.fits(run, made) || !found.unread().isEmpty()) return Optional.empty();
        var part = new IndexPart(folder, found);
        part.look();
        return Optional.of(part);
    }

    private static DiskFile open(PartFolder folder, String name) throws PartBad {
        try {
            return folder.disk().open(name);
        } catch (NoSuchFileException | FileNotFoundException e) {
            throw new PartBad(name + " is gone", e);
        } catch (IOException e) {
            throw PartBad.forNow(name + " cannot be opened now: " + e.getMessage(), e);
        }
    }

    /// What MapDB cannot understand it reports by exceptions and errors of many kinds; none of them may end anything
    /// but the use of this file.
    private static PartBad unreadable(Run run, Throwable e) {
        return switch (e) {
            case PartBad known -> known;
            case VirtualMachineError fatal -> throw fatal;
            case CheckedTable.Spoilt spoilt -> new PartBad(String.valueOf(spoilt.getMessage()), spoilt);
            case UncheckedIOException failed -> unreadable(run, failed.getCause());
            default -> new PartBad(run.fileName() + " cannot be read: " + e, e);
        };
    }

    Run run() {
        return header.run();
    }

    List<Unread> unread() {
        return header.unread();
    }

    /// Tells its table from all others.
    int checksums() {
        return header.checksums();
    }

    private synchronized void look() throws PartBad {
        try {
            outline();
        } finally {
            rest();
        }
    }

    @Override
    public synchronized Times times() throws PartBad {
        return outline().times;
    }

    /// Entries of which damage keeps everybody from knowing their terms: those that could not be read, and
    /// those that were lost before.
    synchronized List<Unread> unknown() throws PartBad {
        if (!outline().anyLost) return unread();
        return Unread.both(unread(), Unread.lost(entries(Term.Kind.LOST, 0, 0)));
    }

    /// Whether it holds entries that everybody must hear of, whatever they ask for; or may hold some.
    synchronized boolean hasUnknown() {
        @Nullable Outline known = outline;
        return known == null || known.anyLost || !unread().isEmpty();
    }

    /// Takes a value that some entry has.
    @FunctionalInterface
    interface Values {
        void add(Term.Kind kind, long value);
    }

    /// Walks through all values by which a guide leads to it.
    synchronized void guided(Values values) throws PartBad {
        if (closed) throw new PartBad(run().fileName() + " is being replaced");
        try {
            var table = open().table;
            for (var kind : Term.Kind.values()) {
                if (GuideRows.tell(kind)) guided(table, kind, values);
            }
        } catch (IOException | PartBad | RuntimeException | Error e) {
            throw unreadable(run(), e);
        }
    }

    private static void guided(SortedTableMap<byte[], Boolean> table, Term.Kind kind, Values values) {
        var terms = table.keyIterator(Term.encode(kind, 0, 0), true, Term.encode(kind, -1, Long.MAX_VALUE), true);
        boolean any = false;
        long last = 0;
        while (terms.hasNext()) {
            long value = Term.valueIn(terms.next());
            if (any && value == last) continue;
            values.add(kind, value);
            any = true;
            last = value;
        }
    }

    private Outline outline() throws PartBad {
        if (closed) throw new PartBad(run().fileName() + " is being replaced");
        @Nullable Outline known = outline;
        if (known != null) return known;
        try {
            var fresh = outline(open().table);
            outline = fresh;
            return fresh;
        } catch (IOException | PartBad | RuntimeException | Error e) {
            throw unreadable(run(), e);
        }
    }

    private static Outline outline(SortedTableMap<byte[], Boolean> table) {
        byte @Nullable [] earliest = table.ceilingKey(Term.encode(Term.Kind.TIME, 0, 0));
        byte @Nullable [] latest = table.lowerKey(Term.encode(Term.Kind.SOURCE, 0, 0));
        byte @Nullable [] lost = table.ceilingKey(Term.encode(Term.Kind.LOST, 0, 0));
        boolean anyTime = earliest != null && latest != null && Term.isOf(Term.Kind.TIME, earliest);
        return new Outline(
                anyTime ? new Times(Term.valueIn(earliest), Term.valueIn(latest)) : Times.NONE,
                lost != null && Term.isOf(Term.Kind.LOST, lost));
    }

    @Override
    public synchronized long[] entries(Term.Kind kind, long low, long high) throws PartBad {
        if (closed) throw new PartBad(run().fileName() + " is being replaced");
        if (Long.compareUnsigned(low, high) > 0) return new long[0];
        try {
            return entries(open().table, kind, low, high);
        } catch (IOException | PartBad | RuntimeException | Error e) {
            throw unreadable(run(), e);
        }
    }

    private long[] entries(SortedTableMap<byte[], Boolean> table, Term.Kind kind, long low, long high) {
        var terms = table.keyIterator(Term.encode(kind, low, 0), true, Term.encode(kind, high, Long.MAX_VALUE), true);
        long[] found = new long[16];
        int size = 0;
        while (terms.hasNext()) {
            long index = Term.indexIn(terms.next());
            if (index < run().first() || index >= run().next())
                throw new CheckedTable.Spoilt(run().fileName() + " names entry " + index);
            if (size == found.length) found = Arrays.copyOf(found, size * 2);
            found[size++] = index;
        }
        found = Arrays.copyOf(found, size);
        if (low != high) Arrays.sort(found);
        return found;
    }

    /// Reads all of it once.
    synchronized void check() throws PartBad {
        if (closed) return;
        try {
            open().bytes.check();
        } catch (IOException | PartBad | RuntimeException | Error e) {
            throw unreadable(run(), e);
        }
    }

    private Opened open() throws IOException, PartBad {
        @Nullable Opened known = opened;
        if (known != null) return known;
        String name = run().fileName();
        DiskFile file = open(folder, name);
        try {
            if (!PartHeader.read(file, name).encode().equals(header.encode())) {
                throw new PartBad(name + " is not the file that it was");
            }
            var bytes = new CheckedTable(file, name, header, checksums(file, name));
            var fresh = new Opened(file, bytes, SortedTableMap.open(bytes, Serializer.BYTE_ARRAY, Serializer.BOOLEAN));
            opened = fresh;
            return fresh;
        } finally {
            if (opened == null) file.close();
        }
    }

    private int[] checksums(DiskFile file, String name) throws IOException, PartBad {
        var bytes = ByteBuffer.allocate(header.checksumsSize()).order(ByteOrder.LITTLE_ENDIAN);
        if (file.read(PartHeader.BLOCK, bytes) < bytes.capacity()) {
            throw new PartBad(name + " ends before its checksums do");
        }
        int crc = PartHeader.crc(bytes.array(), 0, bytes.capacity());
        if (crc != header.checksums()) {
            throw new PartBad(
                    "%s: its checksums have checksum %08x, expected %08x".formatted(name, crc, header.checksums()));
        }
        int[] checksums = new int[header.blocks()];
        bytes.flip().asIntBuffer().get(checksums);
        return checksums;
    }

    /// Somebody has looked: only a few parts stay open for the next question, the others give back their files
    /// and blocks.
    synchronized void looked() {
        if (opened == null || hasPlace) return;
        hasPlace = folder.keptOpen().tryAcquire();
        if (!hasPlace) rest();
    }

    /// Lets go of the open file; the next question opens it again.
    synchronized void rest() {
        @Nullable Opened known = opened;
        opened = null;
        if (hasPlace) folder.keptOpen().release();
        hasPlace = false;
        if (known == null) return;
        try {
            known.file.close();
        } catch (IOException e) {
            // Nothing was written to it.
            LOG.debug("{} does not close cleanly", run().fileName(), e);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        rest();
    }
}
