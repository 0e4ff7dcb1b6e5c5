package org.sealpost.archive.erasure;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalFull;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.ClockReading;
import org.sealpost.stage.BrokenPromises;

/// The journal of erasures: orders to erase the bodies of records, in force from the moment in which they are
/// durable, and how far each has come. Any thread; what writes waits for the disk.
public final class Erasures implements AutoCloseable {
    /// The journal's kind and the name of its directory.
    public static final String KIND = "erasures";

    /// How many ranges an order may have.
    public static final int MAX_RANGES = ErasureItem.MAX_RANGES;

    private final ErasureStore store;
    private final Journal entries;
    private final Supplier<ClockReading> clock;
    private final BrokenPromises brokenPromises;
    private final int mostRanges;
    private final ErasureState state = new ErasureState();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    // Written under this; null until the first order.
    private volatile @Nullable Journal journal;

    private Erasures(
            ErasureStore store,
            Journal entries,
            Supplier<ClockReading> clock,
            BrokenPromises brokenPromises,
            int maxCopyBytes) {
        this.store = store;
        this.entries = entries;
        this.clock = clock;
        this.brokenPromises = brokenPromises;
        this.mostRanges = ErasureCopy.mostRanges(maxCopyBytes);
    }

    /// Reads what was ordered so far.
    ///
    /// @param entries        the journal of the log
    /// @param brokenPromises ends the process when an order may or may not have become durable
    /// @param maxCopyBytes   how large a record the log takes
    /// @throws ErasuresDamaged if the journal holds what no box writes
    public static Erasures open(
            ErasureStore store,
            Journal entries,
            Supplier<ClockReading> clock,
            BrokenPromises brokenPromises,
            int maxCopyBytes)
            throws IOException {
        var erasures = new Erasures(store, entries, clock, brokenPromises, maxCopyBytes);
        var existing = store.existing();
        if (existing.isPresent()) {
            try {
                erasures.read(existing.get());
            } catch (IOException | RuntimeException e) {
                existing.get().close();
                throw e;
            }
        }
        return erasures;
    }

    private void read(Journal existing) throws IOException {
        journal = existing;
        existing.scanLeaves(0, Integer.MAX_VALUE, (position, leaf) -> {
            try {
                state.add(ErasureItem.read(leaf), position);
            } catch (CborMalformed e) {
                throw new ErasuresDamaged(position, String.valueOf(e.getMessage()));
            }
        });
    }

    // --- what is in force

    /// Whether the body of this entry must not be shown, if it is a record of somebody else than the box: see
    /// [ErasableLeaf#is]. Does not wait.
    public boolean hides(long index) {
        return state.bodies().holds(index);
    }

    /// Whether nothing of this entry but its leaf may be shown. Does not wait.
    public boolean hidesSalts(long index) {
        return state.salts().holds(index);
    }

    /// The lowest index from this one on that no order of this form, or of one that erases more, is about.
    public long firstNotOrdered(long index, ErasureForm form) {
        return switch (form) {
            case BODY -> state.bodies().firstBeyond(index);
            case BODY_AND_SALTS -> state.salts().firstBeyond(index);
        };
    }

    /// How many orders there are whose bytes are not removed yet.
    public long waiting() {
        return state.all().filter(standing -> !standing.removed()).count();
    }

    /// How many ranges all orders have; they stay in memory.
    public long rangeCount() {
        return state.rangeCount();
    }

    /// The order by which an entry is hidden: the first one that was about its salts, else the first one about
    /// its body.
    public Optional<Erasure> of(long index) {
        var form = hidesSalts(index) ? ErasureForm.BODY_AND_SALTS : ErasureForm.BODY;
        return hides(index)
                ? state.all()
                        .map(ErasureStanding::order)
                        .filter(order -> order.form() == form && order.holds(index))
                        .findFirst()
                : Optional.empty();
    }

    /// What is kept of a hidden entry, for who holds a copy of it; empty if its salts are erased, or if it had
    /// no body when it was ordered. Reads the disk.
    public Optional<KeptSlots> kept(long index) throws IOException {
        if (!hides(index) || hidesSalts(index)) return Optional.empty();
        for (var keepers :
                state.keepers().filter(some -> some.order().holds(index)).toList()) {
            for (var slots : keptAt(keepers.newest())) {
                if (slots.index() == index) return Optional.of(slots);
            }
        }
        return Optional.empty();
    }

    /// How far an order has come.
    public Optional<ErasureStanding> at(long position) {
        return state.at(position);
    }

    /// The orders at positions below this one, the newest first.
    public List<ErasureStanding> newestBelow(long position, int max) {
        return state.newestBelow(position).limit(max).toList();
    }

    // --- orders

    /// Has this called after each order, on the thread that gave it and before [#order] returns.
    public void listen(Runnable listener) {
        listeners.add(listener);
    }

    /// Has bodies erased. When it returns, the orders are durable and in force: no door shows the bodies, and
    /// the bytes are removed from then on. Entries of the box's own stay, whatever ranges run over them.
    ///
    /// Reads entries: for [ErasureForm#BODY] all of them, so ranges of at most [OrderDraft#MAX_BODIES] entries
    /// are taken in one call. Not for an event loop.
    ///
    /// @param by     who orders it: 1 to 128 letters, digits, spaces and `._@:%-`
    /// @param rule   the policy, or the reason: 1 to 256 characters
    /// @param ranges in any order
    /// @return the orders that were made of it: one, unless what they keep or say is too much for one
    /// @throws ErasureRefused if it cannot be done, or there is nothing to erase: nothing has changed
    /// @throws JournalFull   if there is no room: nothing has changed
    /// @throws OrderCutShort if there was room for those of the first ranges only: they are in force
    public List<Erasure> order(String by, String rule, ErasureForm form, List<IndexRange> ranges)
            throws IOException, ErasureRefused {
        var made = new ArrayList<Erasure>();
        // No other order comes in between: what it keeps would be kept twice, or after it was to go.
        synchronized (this) {
            try {
                for (var piece : new OrderDraft(entries, state, this::keptAt, mostRanges).pieces(form, ranges)) {
                    made.add(append(by, rule, form, piece));
                }
            } catch (JournalFull full) {
                if (made.isEmpty()) throw full;
                listeners.forEach(Runnable::run);
                throw new OrderCutShort(made, full);
            }
        }
        listeners.forEach(Runnable::run);
        return made;
    }

    private Erasure append(String by, String rule, ErasureForm form, OrderDraft.Piece piece)
            throws IOException, ErasureRefused {
        try {
            var item = new ErasureItem.Ordered(clock.get(), by, rule, form, piece.ranges());
            return item.at(append(item, piece.body()));
        } catch (IllegalArgumentException e) {
            throw new ErasureRefused("Not ordered: " + e.getMessage());
        }
    }

    /// Durable and in force when it returns.
    private synchronized long append(ErasureItem item, byte[] body) throws IOException {
        var into = journal;
        if (into == null) {
            into = store.begin();
            journal = into;
        }
        long position = into.size();
        try {
            into.append(item.toBytes(), body);
            into.force();
        } catch (RuntimeException | Error e) {
            if (e instanceof Error || brokenPromises.include(e)) brokenPromises.end(KIND, e);
            throw e;
        }
        state.add(item, position);
        return position;
    }

    // --- for the stages

    /// Orders from this position on would be new; those below hide what they are about.
    long size() {
        return state.size();
    }

    ErasureState state() {
        return state;
    }

    /// The journal itself, whose bodies are erased, too.
    Optional<Journal> journal() {
        return Optional.ofNullable(journal);
    }

    void copied(long position, long index) throws IOException {
        append(new ErasureItem.Copied(clock.get(), position, index), new byte[0]);
    }

    void removed(long position) throws IOException {
        append(new ErasureItem.Removed(clock.get(), position), new byte[0]);
    }

    /// From now on this is all that the order at a position keeps.
    void keep(long position, List<KeptSlots> rest) throws IOException {
        append(new ErasureItem.Kept(clock.get(), position), KeptSlots.encode(rest));
    }

    /// The writer's part: nothing is appended meanwhile. Does nothing as long as the next segment has no space.
    synchronized void closeSegment() throws IOException {
        var existing = journal;
        // Else the next order might find no room, and need not have ended.
        if (existing != null && existing.isReadyForNextSegment()) existing.closeSegment();
    }

    /// What an entry of this journal keeps; nothing, if its body is erased.
    List<KeptSlots> keptAt(long position) throws IOException {
        var existing = journal;
        if (existing == null) return List.of();
        var entry = existing.read(position);
        if (!entry.hasBody()) return List.of();
        try {
            return KeptSlots.parse(entry.body());
        } catch (CborMalformed e) {
            throw new ErasuresDamaged(position, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public synchronized void close() throws IOException {
        var existing = journal;
        if (existing != null) existing.close();
    }
}
