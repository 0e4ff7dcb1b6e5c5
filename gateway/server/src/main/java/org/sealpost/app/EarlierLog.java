package org.sealpost.app;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.sealpost.admin.EarlierHeads;
import org.sealpost.archive.Archive;
import org.sealpost.archive.erasure.ErasableLeaf;
import org.sealpost.archive.erasure.ErasureForm;
import org.sealpost.archive.erasure.ErasureStanding;
import org.sealpost.archive.erasure.ErasureStore;
import org.sealpost.archive.erasure.Erasures;
import org.sealpost.archive.erasure.IndexRange;
import org.sealpost.control.ControlLog;
import org.sealpost.evidence.Evidence;
import org.sealpost.evidence.KeyHistory;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalDamaged;
import org.sealpost.record.ClockReading;
import org.sealpost.seal.Leaves;
import org.sealpost.seal.LogIdentity;

/// The log of an origin that ended, read where it lies: its records and their evidence, with anchors and proofs as its
/// relays wrote them down, and what of it goes on in the log behind it. Any thread that may read disks.
///
/// No lock is held: with the file `succeeded` there nothing is added any more.
///
/// @param successor which origin goes on from it
/// @param tail      what the log behind it took over
/// @param heads     what its ledgers hold finally: nothing is lodged there any more
/// @param erasures  what was ordered to be erased there
/// @param unread    what is missing since it cannot be read, in words; empty if all can
record EarlierLog(
        Path folder,
        LogIdentity identity,
        Successor successor,
        Archive archive,
        Leaves leaves,
        Tail tail,
        EarlierHeads heads,
        Erasures erasures,
        Optional<String> unread,
        List<Closeable> held)
        implements AutoCloseable {
    /// @throws IOException  if it cannot be read
    /// @throws StartRefused if it is no directory of an origin that ended, or was altered
    static EarlierLog open(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) throw new IOException("there is no such directory: " + folder);
        var successor = Successor.of(folder)
                .orElseThrow(() -> new StartRefused(
                        "the origin in " + folder + " has not ended: it has no file " + Successor.FILE,
                        "name the directory from which sealpost origin succeed has gone on"));
        SalvageSwap.refuseHalfDone(folder);
        SalvageNote.refuseAsIs(folder);
        var held = new ArrayList<Closeable>();
        try {
            return open(folder, successor, held);
        } catch (IOException | RuntimeException e) {
            close(held);
            throw e;
        }
    }

    private static EarlierLog open(Path folder, Successor successor, List<Closeable> held) throws IOException {
        var log = StoredLog.open(folder, "", held);
        var erasures = erasures(folder, log.entries());
        held.add(erasures::close);
        var control = ControlLog.open(StoredLog.journal(folder, ControlLog.KIND, 0), EarlierLog::noAct, new FatalEnd());
        held.add(control::close);
        var unread = new ArrayList<String>();
        var certificates = certificates(folder, log.identity().keys(), control, unread);
        var anchorages = new ArrayList<LeftAnchorage>();
        var heads = new ArrayList<EarlierHeads.Head>();
        for (var name : RelayOnDisk.names(folder)) {
            try {
                var relay = RelayOnDisk.withProofs(folder, name);
                held.add(relay::close);
                relay.proofsUnread()
                        .ifPresent(cause ->
                                unread.add("what proves the anchors on " + name + " cannot be read: " + cause));
                var anchorage = new LeftAnchorage(relay.relay());
                anchorage
                        .newestFinal()
                        .ifPresent(head -> heads.add(new EarlierHeads.Head(name, anchorage.identity(), head)));
                anchorages.add(anchorage);
            } catch (IOException | RuntimeException e) {
                unread.add("what was lodged on " + name + " cannot be read: " + Refusal.words(e));
            }
        }
        var tail = tail(log, unread);
        var archive = new Archive(
                log.identity(),
                log.entries(),
                log.leaves(),
                log.tree(),
                log.seals(),
                anchorages.stream()
                        .filter(anchorage -> anchorage.identity().isPresent())
                        .toList(),
                certificates::of,
                erasures);
        return new EarlierLog(
                folder,
                log.identity(),
                successor,
                archive,
                log.leaves(),
                tail,
                new EarlierHeads(log.identity().origin().name(), heads),
                erasures,
                unread.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", unread)),
                held);
    }

    /// What was ordered to be erased there, to be read.
    static Erasures erasures(Path folder, Journal entries) throws IOException {
        return Erasures.open(new AsItIs(folder), entries, EarlierLog::noAct, new FatalEnd(), Evidence.MAX_SIZE_BYTES);
    }

    private static KeyCertificates certificates(Path folder, KeyHistory keys, ControlLog control, List<String> unread)
            throws IOException {
        try {
            return KeyCertificates.open(LeftCertificates.in(folder), keys, control);
        } catch (ConfigRefused e) {
            unread.add("certificates of that time cannot be used: " + e.getMessage());
            return KeyCertificates.open(Optional.empty(), keys, control);
        }
    }

    /// Where it cannot be read, no record of it is known to go on behind it.
    private static Tail tail(StoredLog log, List<String> unread) {
        long sealed = log.seals().sealedSize();
        try {
            return Tail.of(log.entries(), sealed);
        } catch (IOException | JournalDamaged e) {
            unread.add("which records behind its newest seal go on cannot be told: " + Refusal.words(e));
            return new Tail(sealed, new BitSet(), new BitSet());
        }
    }

    private static ClockReading noAct() {
        throw new IllegalStateException("an act of an origin that ended");
    }

    /// Orders to erase whose bytes are still there.
    Optional<LeftOrders> waiting() {
        return LeftOrders.of(identity.origin(), erasures);
    }

    /// Whether bytes of a record lie there that the log behind it took over.
    ///
    /// @param form in which it is to be erased: what one of less erases keeps is there
    boolean holds(IndexRange range, ErasureForm form) {
        var removed = erasures.newestBelow(Long.MAX_VALUE, Integer.MAX_VALUE).stream()
                .filter(ErasureStanding::removed)
                .map(ErasureStanding::order)
                .filter(order -> form == ErasureForm.BODY || order.form() == form)
                .toList();
        return tail.takenIn(range)
                .filter(index -> removed.stream().noneMatch(order -> order.holds(index)))
                .anyMatch(index -> erasures.hides(index) || tail.isWhole(index));
    }

    /// Whether that takes an order: one that was given comes to its end by itself.
    boolean isToBeOrdered(IndexRange range, ErasureForm form) {
        return tail.takenIn(range)
                .anyMatch(index -> form == ErasureForm.BODY
                        ? !erasures.hides(index) && tail.isWhole(index)
                        : !erasures.hidesSalts(index) && (erasures.hides(index) || tail.isWhole(index)));
    }

    /// Where the log behind it has a record that no head here covers; empty for one that it does not have.
    ///
    /// @param behind the leaves of that log
    OptionalLong continuedAs(long index, Leaves behind) throws IOException {
        var place = tail.place(index);
        if (place.isEmpty() || place.getAsLong() >= behind.size()) return OptionalLong.empty();
        // Taken over byte for byte: what differs is not it.
        return Arrays.equals(leaves.leaf(index), behind.leaf(place.getAsLong())) ? place : OptionalLong.empty();
    }

    /// What the log behind it took over of what no head here covers: all records that were not lost, in their order, as
    /// its entries from 2 on.
    ///
    /// @param first the index of the first entry that no head covers
    /// @param taken counted from that one
    /// @param whole those of them that had a body when it was looked at, counted as well
    record Tail(long first, BitSet taken, BitSet whole) {
        static Tail of(Journal entries, long sealed) throws IOException {
            var taken = new BitSet();
            var whole = new BitSet();
            entries.scan(sealed, Integer.MAX_VALUE, entry -> {
                if (entry.isLost() || !ErasableLeaf.is(entry.leaf())) return;
                int at = Math.toIntExact(entry.index() - sealed);
                taken.set(at);
                if (entry.hasBody()) whole.set(at);
            });
            return new Tail(sealed, taken, whole);
        }

        OptionalLong place(long index) {
            if (index < first || !taken.get(Math.toIntExact(index - first))) return OptionalLong.empty();
            return OptionalLong.of(placeOf(Math.toIntExact(index - first)));
        }

        private long placeOf(int at) {
            return SuccessionEntries.TAIL_AT + taken.get(0, at).cardinality();
        }

        /// Where the log behind it has those of these entries that it took over.
        Optional<IndexRange> places(IndexRange range) {
            int from = taken.nextSetBit(at(range.first()));
            int to = taken.previousSetBit(at(range.next()) - 1);
            return from < 0 || to < from
                    ? Optional.empty()
                    : Optional.of(new IndexRange(placeOf(from), placeOf(to) + 1));
        }

        /// Which entries here those of the log behind it are: nothing lies between the first and the last of
        /// them that it has elsewhere.
        Optional<IndexRange> sources(IndexRange places) {
            long from = Math.max(0, places.first() - SuccessionEntries.TAIL_AT);
            long end = Math.min(taken.cardinality(), places.next() - SuccessionEntries.TAIL_AT);
            return from >= end
                    ? Optional.empty()
                    : Optional.of(new IndexRange(first + takenAt(from), first + takenAt(end - 1) + 1));
        }

        /// From the first that was taken over to the last.
        Optional<IndexRange> all() {
            return taken.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new IndexRange(first + taken.nextSetBit(0), first + taken.length()));
        }

        private long takenAt(long number) {
            return taken.stream().skip(number).findFirst().orElseThrow();
        }

        /// The indexes of those of these entries that were taken over.
        LongStream takenIn(IndexRange range) {
            int from = at(range.first());
            return taken.get(from, Math.max(from, at(range.next()))).stream().mapToLong(at -> first + from + at);
        }

        boolean isWhole(long index) {
            return whole.get(Math.toIntExact(index - first));
        }

        /// The number of an entry here, or of the end where that comes before it.
        private int at(long index) {
            return Math.clamp(index - first, 0, taken.length());
        }
    }

    /// The journal of erasures, which is not begun here.
    private record AsItIs(Path folder) implements ErasureStore {
        @Override
        public Optional<Journal> existing() throws IOException {
            if (!Files.isDirectory(folder.resolve(Erasures.KIND))) return Optional.empty();
            return Optional.of(StoredLog.journal(folder, Erasures.KIND, 0));
        }

        @Override
        public Journal begin() {
            throw new IllegalStateException("an order in a log that is only read");
        }
    }

    @Override
    public void close() throws IOException {
        close(held);
    }

    private static void close(List<Closeable> held) throws IOException {
        for (var one : held.reversed()) one.close();
    }
}
