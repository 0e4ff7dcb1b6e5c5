package org.sealpost.capture;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;
import org.sealpost.journal.JournalDamaged;
import org.sealpost.record.ClockReading;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Entries that could not be read when it had to be known whether a record came before. That record is refused,
/// since nobody can tell; nothing else is held up. Written by the intake's writer; anybody may ask.
final class UnreadEntries {
    private static final Logger LOG = LoggerFactory.getLogger(UnreadEntries.class);

    private final Supplier<ClockReading> clock;

    // The writer's.
    private long times;

    private volatile Optional<Unread> newest = Optional.empty();

    UnreadEntries(Supplier<ClockReading> clock) {
        this.clock = clock;
    }

    /// A read that may fail without anything being broken.
    interface Read<T> {
        T run() throws IOException;
    }

    /// Reads entries, and notes it where that fails.
    ///
    /// @param first the first of them
    /// @param next  the one behind the last
    /// @return empty if they cannot be read
    <T> Optional<T> read(long first, long next, Read<T> read) {
        try {
            T found = read.run();
            if (isAbout(first, next)) newest = Optional.empty();
            return Optional.of(found);
        } catch (IOException | JournalDamaged e) {
            note(first, next, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private void note(long first, long next, String cause) {
        times++;
        if (isAbout(first, next)) return;
        LOG.warn("whether a record is a repeat cannot be told, so it is refused: {}", cause);
        newest = Optional.of(new Unread(first, next, cause, clock.get().time()));
    }

    private boolean isAbout(long first, long next) {
        return newest.filter(unread -> unread.first() == first && unread.next() == next)
                .isPresent();
    }

    /// How often that failed.
    long times() {
        return times;
    }

    /// The newest of them, until they can be read again.
    Optional<Unread> newest() {
        return newest;
    }
}
