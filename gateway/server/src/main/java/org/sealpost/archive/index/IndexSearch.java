package org.sealpost.archive.index;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;
import org.sealpost.archive.RecordSearch;
import org.sealpost.archive.StoredRecord;
import org.sealpost.journal.JournalDamaged;

/// Answers by the index, and confirms each answer on the entry itself: a hash only points at it.
public final class IndexSearch implements RecordSearch {
    /// What one question may cost; who asks goes on from there.
    static final int MOST_READ = 1_000;

    private static final long MOST_BYTES_READ = 8L << 20;
    private static final int MOST_PARTS = 256;

    /// Each holds the terms of a part, and blocks of its file.
    static final int MOST_AT_ONCE = 2;

    private final Indexer index;
    private final Lookup records;
    private final Bounds bounds;
    private final Semaphore places = new Semaphore(MOST_AT_ONCE);

    /// Behind which a question ends, once it has come on at all.
    ///
    /// @param terms   that are walked through
    /// @param longest running time
    record Bounds(long terms, Duration longest) {
        static final Bounds USUAL = new Bounds(2L * Run.MOST_ENTRIES, Duration.ofSeconds(2));
    }

    /// Where the records themselves are.
    @FunctionalInterface
    public interface Lookup {
        Optional<StoredRecord> find(long index) throws IOException;
    }

    public IndexSearch(Indexer index, Lookup records) {
        this(index, records, Bounds.USUAL);
    }

    IndexSearch(Indexer index, Lookup records, Bounds bounds) {
        this.index = index;
        this.records = records;
        this.bounds = bounds;
    }

    @Override
    public Page find(Query query, Sight sight, Predicate<StoredRecord> shown) throws Busy {
        if (query.client().isPresent() && !sight.shows(query.client().get())) {
            return new Page(List.of(), OptionalLong.empty(), index.journal().size(), List.of());
        }
        if (!places.tryAcquire()) throw new Busy();
        try {
            return look(query, sight, shown);
        } finally {
            places.release();
        }
    }

    private Page look(Query query, Sight sight, Predicate<StoredRecord> shown) {
        var criteria = Criteria.of(query, sight, index.terms().hash());
        var draft = new Draft(query, shown);
        // Before the parts: what leaves memory meanwhile lies in one of them.
        var newest = index.newest().look(criteria);
        var parts = index.parts();
        draft.below = index.covered(parts, newest);
        long behindParts = parts.isEmpty() ? 0 : parts.getLast().run().next();
        if (query.order() == Order.NEWEST_FIRST) draft.add(newest, behindParts);
        look(query.order() == Order.NEWEST_FIRST ? parts.reversed() : parts, criteria, draft);
        if (query.order() == Order.OLDEST_FIRST) draft.add(newest, behindParts);
        return draft.page();
    }

    /// @param parts in the order that is asked for
    private void look(List<IndexPart> parts, Criteria criteria, Draft draft) {
        var passing = new Passing(criteria, index.guides());
        int come = 0;
        int looked = 0;
        for (var part : parts) {
            if (draft.full) return;
            if (!draft.window.meets(part.run())) continue;
            if (looked == MOST_PARTS || come > 0 && draft.hasCostEnough()) {
                draft.endAt(part.run());
                return;
            }
            come++;
            if (draft.canPass(part, passing)) continue;
            looked++;
            draft.add(part, criteria);
        }
    }

    private boolean fits(StoredRecord record, Query query) {
        var source = record.source();
        var time = record.capturedAt().time();
        return query.client().map(source.client()::equals).orElse(true)
                && query.key()
                        .map(key -> source.idempotencyKey().filter(key::equals).isPresent())
                        .orElse(true)
                && query.businessKey().map(asked -> has(record, asked)).orElse(true)
                && query.from().map(from -> !time.isBefore(from)).orElse(true)
                && query.to().map(time::isBefore).orElse(true);
    }

    private boolean has(StoredRecord record, BusinessKey asked) {
        return record.leaf().profile().equals(asked.profile())
                && index.terms()
                        .businessKey(record)
                        .filter(asked.value()::equals)
                        .isPresent();
    }

    /// A page in the making.
    private final class Draft {
        private final Query query;
        private final Predicate<StoredRecord> shown;
        private final List<StoredRecord> found = new ArrayList<>();
        private final List<Stretch> unreadable = new ArrayList<>();
        private final Window window;
        private long below;
        private int read;
        private long bytesRead;
        private long walked;
        private boolean full;
        private final long begun = index.nanoTime();

        Draft(Query query, Predicate<StoredRecord> shown) {
            this.query = query;
            this.shown = shown;
            this.window = new Window(query);
        }

        void add(IndexPart part, Criteria criteria) {
            var terms = new Metered(part);
            try {
                add(criteria.entries(terms), part.unknown());
            } catch (PartBad e) {
                index.isBad(part, e);
                below = Math.min(below, part.run().first());
            } finally {
                part.looked();
                walked += terms.walked();
            }
        }

        /// @param from those below lie in parts
        void add(NewestTerms.Seen memory, long from) {
            if (full) return;
            add(
                    Arrays.stream(memory.entries())
                            .filter(entry -> entry >= from)
                            .toArray(),
                    memory.unread().stream()
                            .filter(range -> range.next() > from)
                            .map(range -> new Unread(Math.max(range.first(), from), range.next(), range.cause()))
                            .toList());
        }

        boolean canPass(IndexPart part, Passing passing) {
            try {
                return passing.passes(part);
            } catch (PartBad e) {
                // Whoever looks into it meets the same.
                return false;
            }
        }

        boolean hasCostEnough() {
            return walked > bounds.terms || isLate();
        }

        private boolean isLate() {
            return index.nanoTime() - begun > bounds.longest.toNanos();
        }

        /// @param entries in their order
        /// @param unread  what is not known beside them, in its order
        private void add(long[] entries, List<Unread> unread) {
            if (query.order() == Order.OLDEST_FIRST) {
                int place = 0;
                for (var range : unread) {
                    place = upwards(entries, place, range.first());
                    if (full) return;
                    cannotRead(range.first(), range.next());
                    if (full) return;
                }
                upwards(entries, place, Long.MAX_VALUE);
            } else {
                int place = entries.length;
                for (var range : unread.reversed()) {
                    place = downwards(entries, place, range.next());
                    if (full) return;
                    cannotRead(range.first(), range.next());
                    if (full) return;
                }
                downwards(entries, place, 0);
            }
        }

        /// @param next up to this entry, exclusive
        /// @return the place that it came to
        private int upwards(long[] entries, int from, long next) {
            int place = from;
            while (!full && place < entries.length && entries[place] < next) tryNext(entries[place++]);
            return place;
        }

        /// @param first down to this entry, inclusive
        /// @return the place that it came to
        private int downwards(long[] entries, int to, long first) {
            int place = to;
            while (!full && place > 0 && entries[place - 1] >= first) tryNext(entries[--place]);
            return place;
        }

        private void tryNext(long entry) {
            if (!window.has(entry)) return;
            if (found.size() == query.max()
                    || read == MOST_READ
                    || bytesRead > MOST_BYTES_READ
                    || read > 0 && isLate()) {
                full = true;
                return;
            }
            read++;
            look(entry);
        }

        private void look(long entry) {
            try {
                Optional<StoredRecord> record = records.find(entry);
                window.pass(entry, entry + 1);
                bytesRead +=
                        record.map(there -> there.content().payload().length).orElse(0);
                record.filter(it -> fits(it, query)).filter(shown).ifPresent(found::add);
            } catch (IndexOutOfBoundsException e) {
                if (entry >= index.journal().firstIndex()) throw e;
                // Given up meanwhile: as good as not there.
                window.pass(entry, entry + 1);
            } catch (IOException | JournalDamaged e) {
                cannotRead(entry, entry + 1);
            }
        }

        private void cannotRead(long first, long next) {
            var left = window.leftOf(first, next);
            if (left.isEmpty()) return;
            if (unreadable.size() == MOST_RECORDS) {
                window.endAt(first, next);
                full = true;
                return;
            }
            unreadable.add(left.get());
            window.pass(first, next);
        }

        void endAt(Run run) {
            window.endAt(run.first(), run.next());
            full = true;
        }

        Page page() {
            return new Page(found, full ? OptionalLong.of(window.beyond()) : OptionalLong.empty(), below, unreadable);
        }
    }
}
