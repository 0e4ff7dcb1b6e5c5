package org.sealpost.anchor;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Where a relay stands: a fold over its own journal, and nothing else. Owned by the relay's thread, but for what is
/// marked.
final class Progress {
    /// What is under way.
    sealed interface Phase {
        /// Nothing.
        record Idle() implements Phase {}

        /// A request that may have been sent.
        record InFlight(RelayEntry.Prepared prepared, boolean taken, String cause) implements Phase {}

        /// A head that was seen there and is not final. `prepared` is null if somebody else lodged it.
        record Seen(RelayEntry.Included included, RelayEntry.@Nullable Prepared prepared) implements Phase {}

        /// Until somebody orders that it is asked once more.
        record Stopped(RelayEntry.Conflict conflict) implements Phase {}
    }

    private final EntriesBySize finals = new EntriesBySize();

    // Written by the relay's thread, read by any.
    private volatile Optional<RelayEntry.Opened> opened = Optional.empty();
    private volatile Phase phase = new Phase.Idle();
    private volatile Optional<RelayEntry.Parked> parked = Optional.empty();

    private Optional<RelayEntry.Prepared> lastPrepared = Optional.empty();
    private int dropsInARow;
    private long lastPreparedAt = -1;

    // Nothing was signed for it or seen there since it was opened: a conflict opens it, too, before anybody has looked
    // how it began, and of an entry alone nobody can tell which it was.
    private volatile boolean isUnvouched;

    // The journal begins amidst the life of a head, and nobody knows what came before.
    private boolean isAmidst;

    /// Goes on behind entries that were given up. Of the first head nothing is known until one is final or prepared;
    /// where entries are given up, a later one was prepared, so that nothing depends on it.
    void resume(RelayEntry.Opened first) {
        opened = Optional.of(first);
        isAmidst = true;
    }

    /// What was kept of an entry that was given up.
    ///
    /// @param at as [#finals] is to name it
    void applyKept(RelayEntry entry, long at) {
        switch (entry) {
            case RelayEntry.Opened first -> {
                opened = Optional.of(first);
                isUnvouched = true;
            }
            case RelayEntry.Final e -> finals.put(e.size(), at);
            case RelayEntry.RolledBack e -> finals.cut(e.size());
            case RelayEntry.OfHead e -> throw new IllegalArgumentException(e + " is not kept");
        }
    }

    /// To be asked before an entry is written. Changes nothing.
    ///
    /// @param index of the entry in the journal
    /// @throws IllegalStateException if no relay writes this entry after those before
    void requireFollows(RelayEntry entry, long index) {
        switch (entry) {
            case RelayEntry.Opened _ -> require(index == 0, entry, index);
            case RelayEntry.OfHead e -> {
                require(opened.isPresent(), entry, index);
                if (e instanceof RelayEntry.Final) require(e.size() > finals.largest(), entry, index);
                if (!skips(e)) after(e, index);
            }
        }
    }

    /// @param index of the entry in the journal
    /// @throws IllegalStateException as [#requireFollows]; then nothing has changed
    void apply(RelayEntry entry, long index) {
        requireFollows(entry, index);
        switch (entry) {
            case RelayEntry.Opened first -> {
                opened = Optional.of(first);
                isUnvouched = true;
            }
            case RelayEntry.OfHead e -> {
                if (!skips(e)) {
                    note(e, index);
                    phase = after(e, index);
                } else if (e instanceof RelayEntry.Final) {
                    finals.put(e.size(), index);
                    isAmidst = false;
                }
            }
        }
    }

    /// Whether nothing can be said of it but, where it is one, that a head is final.
    private boolean skips(RelayEntry.OfHead entry) {
        return isAmidst
                && switch (entry) {
                    case RelayEntry.Prepared _, RelayEntry.Conflict _, RelayEntry.RolledBack _ -> false;
                    case RelayEntry.OfHead _ -> true;
                };
    }

    /// What is under way behind it.
    private Phase after(RelayEntry.OfHead entry, long index) {
        return switch (entry) {
            case RelayEntry.Prepared e -> {
                require(phase instanceof Phase.Idle, entry, index);
                yield new Phase.InFlight(e, false, "");
            }
            case RelayEntry.Sent e -> new Phase.InFlight(inFlight(e, index).prepared(), true, "");
            case RelayEntry.Ambiguous e -> {
                var now = inFlight(e, index);
                yield new Phase.InFlight(now.prepared(), now.taken(), e.cause());
            }
            case RelayEntry.Included e ->
                switch (phase) {
                    case Phase.Idle() -> new Phase.Seen(e, null);
                    case Phase.InFlight now -> new Phase.Seen(e, now.prepared());
                    case Phase.Seen _, Phase.Stopped _ -> throw unexpected(entry, index);
                };
            case RelayEntry.Final e -> {
                require(phase instanceof Phase.Seen seen && seen.included().size() == e.size(), entry, index);
                yield new Phase.Idle();
            }
            case RelayEntry.Reorged _ -> {
                if (!(phase instanceof Phase.Seen seen)) throw unexpected(entry, index);
                yield seen.prepared() == null ? new Phase.Idle() : new Phase.InFlight(seen.prepared(), true, "");
            }
            case RelayEntry.Covered _, RelayEntry.Dropped _ -> {
                inFlight(entry, index);
                yield new Phase.Idle();
            }
            case RelayEntry.Parked _ -> {
                require(!(phase instanceof Phase.Seen), entry, index);
                yield new Phase.Idle();
            }
            case RelayEntry.Conflict e -> new Phase.Stopped(e);
            case RelayEntry.RolledBack _ -> phase instanceof Phase.Stopped ? new Phase.Idle() : phase;
        };
    }

    /// What it says beside what is under way.
    private void note(RelayEntry.OfHead entry, long index) {
        switch (entry) {
            case RelayEntry.Prepared e -> {
                isAmidst = false;
                isUnvouched = false;
                lastPreparedAt = index;
                lastPrepared = Optional.of(e);
            }
            case RelayEntry.Included _ -> isUnvouched = false;
            case RelayEntry.Final e -> {
                finals.put(e.size(), index);
                dropsInARow = 0;
                parked = Optional.empty();
            }
            case RelayEntry.Covered _ -> {
                dropsInARow = 0;
                parked = Optional.empty();
            }
            case RelayEntry.Dropped _ -> dropsInARow++;
            case RelayEntry.Parked e -> {
                parked = Optional.of(e);
                dropsInARow = 0;
            }
            case RelayEntry.Conflict _ -> isAmidst = false;
            case RelayEntry.RolledBack e -> {
                finals.cut(e.size());
                parked = Optional.empty();
            }
            case RelayEntry.Sent _, RelayEntry.Ambiguous _, RelayEntry.Reorged _ -> {}
        }
    }

    private Phase.InFlight inFlight(RelayEntry.OfHead entry, long index) {
        if (phase instanceof Phase.InFlight now && now.prepared().size() == entry.size()) return now;
        throw unexpected(entry, index);
    }

    private static void require(boolean holds, RelayEntry entry, long index) {
        if (!holds) throw unexpected(entry, index);
    }

    private static IllegalStateException unexpected(RelayEntry entry, long index) {
        return new IllegalStateException("entry " + index + " of a relay's journal, "
                + entry.getClass().getSimpleName() + ", does not follow from those before it");
    }

    Optional<RelayEntry.Opened> opened() {
        return opened;
    }

    /// Whether the anchorage was reached, and it was looked how it began before anything was sent there. Any thread.
    boolean isVouchedFor() {
        return opened.isPresent() && !isUnvouched;
    }

    Phase phase() {
        return phase;
    }

    /// The last head that was set aside, as long as none after it came through, and the anchorage lost none.
    Optional<RelayEntry.Parked> parked() {
        return parked;
    }

    /// The heads that are final.
    EntriesBySize finals() {
        return finals;
    }

    /// The last request that was signed, whatever became of its head.
    Optional<RelayEntry.Prepared> lastPrepared() {
        return lastPrepared;
    }

    /// Where it stands in the journal; -1 if there is none.
    long lastPreparedAt() {
        return lastPreparedAt;
    }

    /// Whether nothing that comes depends on an entry so far: nothing is under way, set aside, or dropped in a row.
    boolean isQuiet() {
        return !isAmidst && phase instanceof Phase.Idle && parked.isEmpty() && dropsInARow == 0;
    }

    int dropsInARow() {
        return dropsInARow;
    }
}
