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
import org.sealpost.admin.EarlierHeads;
import org.sealpost.archive.Archive;
import org.sealpost.archive.erasure.ErasableLeaf;
import org.sealpost.archive.erasure.ErasureStore;
import org.sealpost.archive.erasure.Erasures;
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
/// @param waiting   orders to erase whose bytes are still there
/// @param unread    what is missing since it cannot be read, in words; empty if all can
record EarlierLog(
        Path folder,
        LogIdentity identity,
        Successor successor,
        Archive archive,
        Leaves leaves,
        Tail tail,
        EarlierHeads heads,
        Optional<LeftOrders> waiting,
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
                LeftOrders.of(log.identity().origin(), erasures),
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
            return new Tail(sealed, new BitSet());
        }
    }

    private static ClockReading noAct() {
        throw new IllegalStateException("an act of an origin that ended");
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
    record Tail(long first, BitSet taken) {
        private static final int BEGINS_AT = 2;

        static Tail of(Journal entries, long sealed) throws IOException {
            var taken = new BitSet();
            entries.scan(sealed, Integer.MAX_VALUE, entry -> {
                if (!entry.isLost() && ErasableLeaf.is(entry.leaf()))
                    taken.set(Math.toIntExact(entry.index() - sealed));
            });
            return new Tail(sealed, taken);
        }

        OptionalLong place(long index) {
            if (index < first || !taken.get(Math.toIntExact(index - first))) return OptionalLong.empty();
            return OptionalLong.of(
                    BEGINS_AT + taken.get(0, Math.toIntExact(index - first)).cardinality());
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
