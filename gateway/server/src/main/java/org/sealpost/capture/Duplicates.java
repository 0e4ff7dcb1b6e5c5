package org.sealpost.capture;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalEntry;
import org.sealpost.record.Body;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Content;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.Leaf;
import org.sealpost.record.Slot;
import org.sealpost.record.Source;

/// Knows which keys of clients came before. A fingerprint only points at candidates; the key itself, read from
/// the entry, decides, so a collision costs a read and never a record. Owned by the writer.
final class Duplicates {
    private static final Duration UNREAD_RETRY = Duration.ofSeconds(30);

    private final Journal journal;
    private final RememberedKeys keys;
    private final UnreadEntries unread;
    private final CaptureMetrics metrics;

    /// What is kept of an earlier record with the same key.
    private record Earlier(String profile, Content content, Receipt receipt) {
        IntakeOutcome answerTo(CapturedRecord record) {
            return profile.equals(record.profile()) && content.equals(record.content())
                    ? new IntakeOutcome.Repeated(receipt)
                    : new IntakeOutcome.Conflict(receipt);
        }
    }

    Duplicates(Journal journal, RememberedKeys keys, UnreadEntries unread, CaptureMetrics metrics) {
        this.journal = journal;
        this.keys = keys;
        this.unread = unread;
        this.metrics = metrics;
    }

    /// Remembers a record that was appended.
    void remember(Arrival arrival, long index) {
        if (arrival.record.idempotencyKey().isPresent()) keys.add(arrival.fingerprint, index);
        keys.tick(arrival.clock.sinceBootMicros());
    }

    /// All that was remembered is durable.
    void forced() {
        keys.forced();
    }

    /// The answer to a record whose key came before, if it did; or if that cannot be told, since an entry that
    /// may be its first one cannot be read. Nothing ends by that: the journal is as whole for all others.
    ///
    /// @param unforced the records appended since the last force: no reader of the journal sees them yet
    Optional<IntakeOutcome> find(Arrival arrival, List<Arrival> unforced, long firstUnforced) {
        if (arrival.record.idempotencyKey().isEmpty()) return Optional.empty();
        long unreadBefore = unread.times();
        for (long index : keys.candidates(arrival.fingerprint)) {
            Optional<Earlier> earlier = index >= firstUnforced
                    ? earlier(unforced.get((int) (index - firstUnforced)), index, arrival.record.source())
                    : unread.read(index, index + 1, () -> earlier(index, arrival.record.source()))
                            .flatMap(found -> found);
            if (earlier.isPresent()) return Optional.of(earlier.get().answerTo(arrival.record));
            metrics.fingerprintCollisions.increment();
        }
        return unread.times() == unreadBefore
                ? Optional.empty()
                : Optional.of(new IntakeOutcome.Refused(Problem.repeatUnknown(UNREAD_RETRY)));
    }

    private static Optional<Earlier> earlier(Arrival candidate, long index, Source source) {
        CapturedRecord record = candidate.record;
        return isSameKey(record.source(), source)
                ? Optional.of(new Earlier(record.profile(), record.content(), new Receipt(index, candidate.clock)))
                : Optional.empty();
    }

    private Optional<Earlier> earlier(long index, Source source) throws IOException {
        // An entry that retention has given up, or whose body is gone, cannot say any more what it was: a record
        // with its key is a new one.
        if (index < journal.firstIndex()) return Optional.empty();
        JournalEntry entry = journal.read(index);
        if (!entry.hasBody()) return Optional.empty();
        try {
            if (!(Leaf.parse(entry.leaf()) instanceof HeaderLeaf leaf)) return Optional.empty();
            List<Slot> slots = Body.parse(entry.body()).slots();
            if (!isSameKey(Source.parse(shown(slots, Slot.SOURCE)), source)) return Optional.empty();
            var capturedAt = ClockReading.parse(shown(slots, Slot.CLOCK));
            var content = Content.parse(shown(slots, Slot.CONTENT));
            return Optional.of(new Earlier(leaf.profile(), content, new Receipt(index, capturedAt)));
        } catch (CborMalformed e) {
            // As with one that cannot be read: its repeats are refused, and nothing ends, for it would at each repeat.
            throw new IOException("entry %d: not as this box writes it: %s".formatted(index, e.getMessage()), e);
        }
    }

    private static byte[] shown(List<Slot> slots, int position) throws CborMalformed {
        if (slots.get(position) instanceof Slot.Shown shown) return shown.bytes();
        throw new CborMalformed(0, "slot " + position + " is withheld");
    }

    private static boolean isSameKey(Source one, Source other) {
        return one.client().equals(other.client()) && one.idempotencyKey().equals(other.idempotencyKey());
    }
}
