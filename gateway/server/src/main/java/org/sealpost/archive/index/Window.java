package org.sealpost.archive.index;

import java.util.Optional;
import org.sealpost.archive.RecordSearch.Order;
import org.sealpost.archive.RecordSearch.Query;
import org.sealpost.archive.RecordSearch.Stretch;

/// The entries that a question has not come past yet: it becomes smaller from the end at which the question begins.
final class Window {
    private final Order order;
    private long first;
    private long next;

    Window(Query query) {
        this.order = query.order();
        this.first = order == Order.OLDEST_FIRST && query.beyond().isPresent()
                ? query.beyond().getAsLong() + 1
                : 0;
        this.next = order == Order.NEWEST_FIRST ? query.beyond().orElse(Long.MAX_VALUE) : Long.MAX_VALUE;
    }

    boolean has(long entry) {
        return first <= entry && entry < next;
    }

    boolean meets(Run run) {
        return run.first() < next && first < run.next();
    }

    /// What is left of a range, if anything is.
    Optional<Stretch> leftOf(long from, long upTo) {
        long left = Math.max(first, from);
        long end = Math.min(next, upTo);
        return left < end ? Optional.of(new Stretch(left, end - 1)) : Optional.empty();
    }

    /// Comes past these entries, and past all before them in its order.
    void pass(long from, long upTo) {
        if (order == Order.OLDEST_FIRST) first = Math.max(first, upTo);
        else next = Math.min(next, from);
    }

    /// Comes up to these entries.
    void endAt(long from, long upTo) {
        if (order == Order.OLDEST_FIRST) first = Math.max(first, from);
        else next = Math.min(next, upTo);
    }

    /// What comes next lies beyond this one.
    long beyond() {
        return order == Order.OLDEST_FIRST ? first - 1 : next;
    }
}
