package org.sealpost.archive.erasure;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;
import org.sealpost.journal.ClosedSegment;

/// What is in force: a fold over the journal of erasures. One thread adds at a time, any thread asks.
///
/// An order is listed once all that it hides is hidden, and counted last: whoever works at it finds no record that it
/// is about and that is still shown.
final class ErasureState {
    private final ConcurrentSkipListMap<Long, ErasureStanding> orders = new ConcurrentSkipListMap<>();

    // The entries of the journal that keep, or kept, slots of an order of form 1, by its position; the last one counts.
    private final ConcurrentSkipListMap<Long, Keepers> keepers = new ConcurrentSkipListMap<>();
    private final IndexCover bodies = new IndexCover();
    private final IndexCover salts = new IndexCover();

    private volatile long rangeCount;
    private volatile long size;

    /// @throws ErasuresDamaged if no box writes this entry after those before
    void add(ErasureItem item, long position) {
        switch (item) {
            case ErasureItem.Ordered ordered -> {
                var order = ordered.at(position);
                if (order.form() == ErasureForm.BODY) keepers.put(position, new Keepers(order, List.of(position)));
                bodies.add(order.ranges());
                if (order.form() == ErasureForm.BODY_AND_SALTS) salts.add(order.ranges());
                orders.put(position, new ErasureStanding(order, OptionalLong.empty(), false));
                rangeCount = rangeCount + order.ranges().size();
            }
            case ErasureItem.Copied copied -> {
                var standing = standing(copied.position(), position);
                require(standing.copiedAs().isEmpty(), position, "order " + copied.position() + " copied twice");
                orders.put(copied.position(), standing.copied(copied.index()));
            }
            case ErasureItem.Removed removed -> {
                var standing = standing(removed.position(), position);
                require(!standing.removed(), position, "the bytes of order " + removed.position() + " removed twice");
                orders.put(removed.position(), standing.gone());
            }
            case ErasureItem.Kept kept -> {
                standing(kept.position(), position);
                var before = keepers.get(kept.position());
                if (before == null) {
                    throw new ErasuresDamaged(position, "order " + kept.position() + " keeps nothing");
                }
                keepers.put(kept.position(), before.and(position));
            }
        }
        size = position + 1;
    }

    /// Behind the last entry of the journal that counts.
    long size() {
        return size;
    }

    /// How many ranges all orders have.
    long rangeCount() {
        return rangeCount;
    }

    private ErasureStanding standing(long order, long position) {
        var standing = orders.get(order);
        if (standing == null) throw new ErasuresDamaged(position, "no order stands at " + order);
        return standing;
    }

    private static void require(boolean holds, long position, String what) {
        if (!holds) throw new ErasuresDamaged(position, what);
    }

    /// The bodies of these entries.
    IndexCover bodies() {
        return bodies;
    }

    /// Those of which the salts go, too.
    IndexCover salts() {
        return salts;
    }

    Optional<ErasureStanding> at(long position) {
        return Optional.ofNullable(orders.get(position));
    }

    /// In their order.
    Stream<ErasureStanding> all() {
        return orders.values().stream();
    }

    /// Those below a position, the newest first.
    Stream<ErasureStanding> newestBelow(long position) {
        return orders.headMap(position).descendingMap().values().stream();
    }

    /// The orders that kept slots, and where.
    Stream<Keepers> keepers() {
        return keepers.values().stream();
    }

    /// @param positions of the entries of the journal that keep, or kept, slots for the order; the last one
    ///     counts
    record Keepers(Erasure order, List<Long> positions) {
        private Keepers and(long position) {
            var all = new ArrayList<>(positions);
            all.add(position);
            return new Keepers(order, List.copyOf(all));
        }

        long newest() {
            return positions.getLast();
        }

        boolean liesIn(ClosedSegment segment) {
            return positions.stream()
                    .anyMatch(position -> position >= segment.firstIndex() && position < segment.nextIndex());
        }
    }
}
