package org.sealpost.bench;

import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.sealpost.anchor.AnchorageSetback;

/// Whether a ledger holds each number that was to come there. That it holds the last one says
/// nothing of the others: one that was refused, or reverted, leaves its number free.
final class DrainedNumbers {
    private static final int AT_ONCE = 16;

    private final Ledger ledger;
    private long seen;

    /// Which of some numbers are free.
    @FunctionalInterface
    interface Ledger {
        Set<Long> unused(Set<Long> numbers) throws AnchorageSetback;
    }

    DrainedNumbers(Ledger ledger) {
        this.ledger = ledger;
    }

    /// Looks at those behind the last that was looked at.
    ///
    /// @param last of those that were to come
    /// @return which are not there, in words; empty if none is missing
    Optional<String> missing(long last) throws AnchorageSetback {
        var missing = new TreeSet<Long>();
        while (seen < last) {
            long end = Math.min(last, seen + AT_ONCE);
            missing.addAll(
                    ledger.unused(LongStream.rangeClosed(seen + 1, end).boxed().collect(Collectors.toSet())));
            seen = end;
        }
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of(missing.size() + " publications are not there, the first number " + missing.first());
    }
}
