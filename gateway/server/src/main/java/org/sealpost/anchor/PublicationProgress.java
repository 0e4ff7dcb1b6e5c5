package org.sealpost.anchor;

import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.sealpost.anchor.FinishedEntry.FinalPublication;
import org.sealpost.anchor.PublicationLedger.Lane;
import org.sealpost.lodging.Publication;
import org.sealpost.merkle.Hash;

/// Where the publications to one ledger stand: a fold over their own journal, and nothing else. Owned by the relay's
/// thread, but for what is marked.
final class PublicationProgress {
    /// Where one publication stands.
    sealed interface Phase {
        /// No request of it may land.
        record Waiting() implements Phase {}

        /// A request that may have been sent.
        ///
        /// @param stale whether it is of a publication that was given up since: it is never sent again
        record UnderWay(PublicationEntry.Prepared prepared, boolean taken, String cause, boolean stale)
                implements Phase {}

        /// It was seen there and is not final.
        ///
        /// @param from where it came from: its request may still land
        record Seen(PublicationEntry.Included included, Phase from) implements Phase {
            /// What is to be written once it is not there any more, or in another place.
            PublicationEntry.Reorged reorged(Instant now) {
                return new PublicationEntry.Reorged(now, included.number(), included.place());
            }
        }

        /// By itself it is not tried any more.
        record Aside(PublicationEntry.SetAside entry) implements Phase {}
    }

    /// A publication that is not final.
    ///
    /// @param drops   how many requests, signed by the newest key that signed any, were executed without effect
    /// @param dearer  how many requests in a row took the place of the one before, at its nonce
    /// @param heeded  the last order by which it was taken up again; -1 if there was none
    record Item(
            PublicationEntry.Made made,
            Optional<PublicationEntry.GivenUp> givenUp,
            Phase phase,
            int drops,
            int dearer,
            int key,
            long heeded) {
        long number() {
            return made.number();
        }

        /// What is to be there.
        Hash wanted() {
            return givenUp.map(PublicationEntry.GivenUp::digest).orElse(made.digest());
        }

        /// Whether this box made what has this digest.
        boolean knows(Hash digest) {
            return digest.equals(made.digest()) || digest.equals(wanted());
        }

        /// Whether records could be read out of it.
        boolean isPayload() {
            return made.kind() != Publication.Kind.COMMITMENTS;
        }

        boolean overlaps(long first, long end) {
            return made.first() < end && first < made.end();
        }

        /// The request that may still land.
        Optional<PublicationEntry.Prepared> request() {
            return flight().map(Phase.UnderWay::prepared);
        }

        /// The same, with what became of it until it was there, if it is.
        Optional<Phase.UnderWay> flight() {
            var from = phase instanceof Phase.Seen seen ? seen.from() : phase;
            return from instanceof Phase.UnderWay flight ? Optional.of(flight) : Optional.empty();
        }

        /// Whether a file of the relay's folder is needed for it.
        boolean needs(PublishingFolder.Part part) {
            return switch (part) {
                case REQUEST -> request().isPresent() && !isStale(phase);
                case CONTENT -> givenUp.isEmpty() && made.kind() == Publication.Kind.ENCRYPTED_PAYLOADS;
            };
        }

        private static boolean isStale(Phase phase) {
            return phase instanceof Phase.UnderWay flight && flight.stale()
                    || phase instanceof Phase.Seen seen && isStale(seen.from());
        }

        /// As people are told of it, where it was set aside.
        Optional<PublicationRelay.SetAside> aside() {
            return phase instanceof Phase.Aside(var entry)
                    ? Optional.of(new PublicationRelay.SetAside(
                            number(), made.first(), made.count(), entry.cause(), entry.at()))
                    : Optional.empty();
        }

        private Item in(Phase next) {
            return new Item(made, givenUp, next, drops, dearer, key, heeded);
        }
    }

    private final ConcurrentSkipListMap<Long, Item> open = new ConcurrentSkipListMap<>();
    private final ConcurrentSkipListMap<Long, PublicationEntry.Made> owedAgain = new ConcurrentSkipListMap<>();

    /// How many of those that are final are looked for again.
    static final int MOST_LOOKED_FOR = 1024;

    // Those of them whose records are the last of the log, by the indexes behind these.
    private final TreeMap<Long, PublicationEntry.Made> published = new TreeMap<>();

    // And by the same indexes in which blocks they were.
    private final TreeMap<Long, Long> heights = new TreeMap<>();
    /// How many became final in which minute, see [Pace].
    private final ConcurrentSkipListMap<Long, Long> finals = new ConcurrentSkipListMap<>();

    // Written by the relay's thread, read by any.
    private volatile Optional<PublicationEntry.Opened> opened = Optional.empty();
    private volatile Optional<PublicationEntry.Settings> settings = Optional.empty();
    private volatile Optional<PublicationEntry.Reached> reached = Optional.empty();
    private volatile Optional<PublicationEntry.Final> lastFinal = Optional.empty();
    private volatile Optional<PublicationEntry.Final> highestFinal = Optional.empty();

    private long lastNumber;
    private long madeEnd;

    /// Goes on where a journal stood whose entries before that were given up.
    static PublicationProgress of(PublicationState state) {
        var progress = new PublicationProgress();
        progress.opened = Optional.of(state.opened());
        progress.settings = state.settings();
        progress.reached = state.reached();
        progress.lastFinal = state.lastFinal();
        progress.highestFinal = state.lastFinal();
        progress.lastNumber = state.lastNumber();
        progress.madeEnd = state.madeEnd();
        for (var item : state.open()) progress.open.put(item.number(), item);
        for (var made : state.owedAgain()) progress.owedAgain.put(made.number(), made);
        return progress;
    }

    /// What became final in entries that were given up, where the fold stands behind them: it is
    /// looked for again, unless its records have a later number. What its content was nobody asks
    /// any more.
    void remember(List<FinalPublication> last) {
        for (var line : last.stream()
                .sorted(Comparator.comparingLong(FinalPublication::number))
                .toList()) {
            var made = new PublicationEntry.Made(
                    line.at(), line.number(), line.kind(), line.first(), line.count(), line.digest(), line.digest());
            cut(published, made);
            note(Pace.minute(line.at()));
            noteHighest(new PublicationEntry.Final(line.at(), line.number(), line.digest(), line.place()));
            if (!line.givenUp()) published(made, line.place().height());
        }
        for (var item : open.values()) cut(published, item.made());
    }

    /// Of the runs that are owed again, those that get no other number, whatever comes.
    void forgetOwed(Predicate<PublicationEntry.Made> isOver) {
        owedAgain.values().removeIf(isOver);
    }

    private void published(PublicationEntry.Made made, long height) {
        published.put(made.end(), made);
        heights.put(made.end(), height);
        if (published.size() <= MOST_LOOKED_FOR) return;
        published.pollFirstEntry();
        heights.headMap(published.firstKey()).clear();
    }

    /// All that entries so far still matter for; there is one at least.
    PublicationState state() {
        return new PublicationState(
                opened.orElseThrow(),
                settings,
                reached,
                lastFinal,
                lastNumber,
                madeEnd,
                List.copyOf(open.values()),
                owedAgain());
    }

    /// To be asked before an entry is written. Changes nothing.
    ///
    /// @param index of the entry in the journal
    /// @throws IllegalStateException if no relay writes this entry after those before
    void requireFollows(PublicationEntry entry, long index) {
        switch (entry) {
            case PublicationEntry.Opened _ -> require(index == 0, entry, index);
            case PublicationEntry.Settings _ -> require(opened.isPresent(), entry, index);
            case PublicationEntry.Reached e ->
                require(opened.isPresent() && reached.isEmpty() && e.first() >= 1, entry, index);
            case PublicationEntry.Made e -> require(reached.isPresent() && e.number() == nextNumber(), entry, index);
            case PublicationEntry.OfNumber e -> {
                var item = open.get(e.number());
                if (item == null) throw unexpected(entry, index);
                after(item, e, index);
            }
        }
    }

    /// @param index of the entry in the journal
    /// @throws IllegalStateException as [#requireFollows]; then nothing has changed
    void apply(PublicationEntry entry, long index) {
        requireFollows(entry, index);
        switch (entry) {
            case PublicationEntry.Opened e -> opened = Optional.of(e);
            case PublicationEntry.Settings e -> settings = Optional.of(e);
            case PublicationEntry.Reached e -> reached = Optional.of(e);
            case PublicationEntry.Made e -> {
                lastNumber = e.number();
                cut(owedAgain, e);
                if (e.first() < madeEnd) cut(published, e);
                madeEnd = Math.max(madeEnd, e.end());
                open.put(e.number(), new Item(e, Optional.empty(), new Phase.Waiting(), 0, 0, 0, -1));
            }
            case PublicationEntry.Final e -> {
                finished(open.get(e.number()), e);
                open.remove(e.number());
            }
            case PublicationEntry.OfNumber e ->
                after(open.get(e.number()), e, index).ifPresent(next -> open.put(e.number(), next));
        }
    }

    /// @return empty once it is final
    private static Optional<Item> after(Item item, PublicationEntry.OfNumber entry, long index) {
        return Optional.ofNullable(
                switch (entry) {
                    case PublicationEntry.Made _ -> throw unexpected(entry, index);
                    case PublicationEntry.Prepared e -> {
                        require(item.phase instanceof Phase.Waiting, entry, index);
                        var flight = new Phase.UnderWay(e, false, "", false);
                        int drops = e.key() > item.key ? 0 : item.drops;
                        yield new Item(item.made, item.givenUp, flight, drops, item.dearer, e.key(), item.heeded);
                    }
                    case PublicationEntry.Sent e -> {
                        var flight = flight(item, e, index);
                        yield item.in(new Phase.UnderWay(flight.prepared, true, "", flight.stale));
                    }
                    case PublicationEntry.Ambiguous e -> {
                        var flight = flight(item, e, index);
                        yield item.in(new Phase.UnderWay(flight.prepared, flight.taken, e.cause(), flight.stale));
                    }
                    case PublicationEntry.Included e -> {
                        require(!(item.phase instanceof Phase.Seen) && item.knows(e.digest()), entry, index);
                        yield item.in(new Phase.Seen(e, item.phase));
                    }
                    case PublicationEntry.Final e -> {
                        require(item.phase instanceof Phase.Seen && item.knows(e.digest()), entry, index);
                        yield null;
                    }
                    case PublicationEntry.Reorged _ -> {
                        if (!(item.phase instanceof Phase.Seen seen)) throw unexpected(entry, index);
                        yield item.in(seen.from instanceof Phase.Aside ? new Phase.Waiting() : seen.from);
                    }
                    case PublicationEntry.Dropped e -> {
                        var flight = flight(item, e, index);
                        yield new Item(
                                item.made,
                                item.givenUp,
                                new Phase.Waiting(),
                                !flight.stale && e.counts() ? item.drops + 1 : item.drops,
                                e.isReplaced() ? item.dearer + 1 : 0,
                                item.key,
                                item.heeded);
                    }
                    case PublicationEntry.SetAside e -> {
                        boolean mayBe = item.phase instanceof Phase.Waiting || item.phase instanceof Phase.UnderWay;
                        require(mayBe, entry, index);
                        yield item.in(new Phase.Aside(e));
                    }
                    case PublicationEntry.TakenUp e -> {
                        require(item.phase instanceof Phase.Aside && e.order() > item.heeded, entry, index);
                        yield new Item(item.made, item.givenUp, new Phase.Waiting(), 0, 0, item.key, e.order());
                    }
                    case PublicationEntry.GivenUp e -> {
                        require(item.givenUp.isEmpty() && !(item.phase instanceof Phase.Seen), entry, index);
                        var phase = item.phase instanceof Phase.UnderWay flight
                                ? new Phase.UnderWay(flight.prepared, flight.taken, flight.cause, true)
                                : new Phase.Waiting();
                        yield new Item(item.made, Optional.of(e), phase, 0, 0, item.key, item.heeded);
                    }
                });
    }

    private void finished(Item item, PublicationEntry.Final end) {
        lastFinal = Optional.of(end);
        noteHighest(end);
        note(Pace.minute(end.at()));
        boolean isGiveUp = !end.digest().equals(item.made.digest());
        if (isGiveUp && item.givenUp.orElseThrow().order().isEmpty()) owedAgain.put(item.number(), item.made);
        if (!isGiveUp) published(item.made, end.place().height());
    }

    /// What waited for long, or was set aside, is final after those behind it.
    private void noteHighest(PublicationEntry.Final end) {
        boolean isHigher =
                highestFinal.filter(last -> last.number() >= end.number()).isEmpty();
        if (isHigher) highestFinal = Optional.of(end);
    }

    private void note(long minute) {
        if (!finals.isEmpty() && minute < Pace.since(finals.lastKey())) finals.clear(); // the clock was set back
        finals.merge(minute, 1L, Long::sum);
        finals.headMap(Pace.since(finals.lastKey())).clear();
    }

    /// Any thread.
    Pace pace() {
        return new Pace(finals);
    }

    /// A run may be made again in pieces, around records that are erased: its last piece ends it.
    private static void cut(NavigableMap<Long, PublicationEntry.Made> owing, PublicationEntry.Made made) {
        owing.entrySet()
                .removeIf(owed -> made.first() >= owed.getValue().first()
                        && made.end() == owed.getValue().end());
        owing.replaceAll((_, owed) -> {
            boolean begins = made.first() >= owed.first() && made.end() < owed.end();
            return begins
                    ? new PublicationEntry.Made(
                            owed.at(),
                            owed.number(),
                            owed.kind(),
                            made.end(),
                            (int) (owed.end() - made.end()),
                            owed.content(),
                            owed.digest())
                    : owed;
        });
    }

    private static Phase.UnderWay flight(Item item, PublicationEntry entry, long index) {
        if (item.phase instanceof Phase.UnderWay flight) return flight;
        throw unexpected(entry, index);
    }

    private static void require(boolean holds, PublicationEntry entry, long index) {
        if (!holds) throw unexpected(entry, index);
    }

    private static IllegalStateException unexpected(PublicationEntry entry, long index) {
        return new IllegalStateException("entry " + index + " of a journal of publications, "
                + entry.getClass().getSimpleName() + ", does not follow from those before it");
    }

    // --- what others may ask

    Optional<PublicationEntry.Opened> opened() {
        return opened;
    }

    Optional<PublicationEntry.Settings> settings() {
        return settings;
    }

    Optional<PublicationEntry.Reached> reached() {
        return reached;
    }

    /// Publications that are not final, by their numbers. Any thread.
    NavigableMap<Long, Item> open() {
        return open;
    }

    /// Whether no request of this one may land, and one is to be made.
    boolean isWaiting(long number) {
        var item = open.get(number);
        return item != null && item.phase instanceof Phase.Waiting;
    }

    /// Whether this one was seen there, and is not final. Any thread.
    boolean isSeen(long number) {
        var item = open.get(number);
        return item != null && item.phase instanceof Phase.Seen;
    }

    /// Whether there is a number behind the last one.
    boolean hasNumberLeft() {
        return lastNumber < Long.MAX_VALUE;
    }

    /// Under which the next run goes, if one is left.
    long nextNumber() {
        return Math.max(lastNumber + 1, reached.orElseThrow().first());
    }

    /// The entries below this are no more to be looked at, but for those that are owed again.
    long madeEnd() {
        return madeEnd;
    }

    /// Runs whose numbers were given up: their records get others. Any thread.
    List<PublicationEntry.Made> owedAgain() {
        return List.copyOf(owedAgain.values());
    }

    /// Those that are final, as far as they are looked for again, by the indexes behind their records.
    NavigableMap<Long, PublicationEntry.Made> published() {
        return Collections.unmodifiableNavigableMap(published);
    }

    /// In which block it was, of one that is looked for again or was lost.
    long height(PublicationEntry.Made made) {
        return heights.getOrDefault(made.end(), Long.MAX_VALUE);
    }

    /// What a ledger loses that loses anything: the one of the highest block. There is one at least.
    PublicationEntry.Made firstToBeLost() {
        return published.values().stream()
                .max(Comparator.comparingLong(this::height))
                .orElseThrow();
    }

    /// It is not looked for again.
    void forget(PublicationEntry.Made made) {
        published.remove(made.end());
    }

    /// The ledger lost what was final there: its records get other numbers. No entry says so, since a fold of a release
    /// before would not follow it: until they have their numbers each process finds it out.
    void lost(Set<Long> numbers) {
        published.values().removeIf(made -> {
            if (!numbers.contains(made.number())) return false;
            owedAgain.put(made.number(), made);
            return true;
        });
    }

    /// What was lost is there again.
    void isBack(long number) {
        var made = owedAgain.remove(number);
        if (made != null) published(made, height(made));
    }

    /// The newest one that became final. Any thread.
    Optional<PublicationEntry.Final> lastFinal() {
        return lastFinal;
    }

    /// The one of the highest number that is final. Any thread.
    Optional<PublicationEntry.Final> highestFinal() {
        return highestFinal;
    }

    /// The nonces of all requests that may still land.
    Lane lane() {
        return new Lane(open.values().stream()
                .flatMap(item -> item.request().stream())
                .map(prepared -> prepared.request().nonce())
                .filter(OptionalLong::isPresent)
                .map(OptionalLong::getAsLong)
                .sorted()
                .distinct()
                .toList());
    }

    /// Those with a request that may still land, or that were seen and are not final.
    Stream<Item> underWay() {
        return open.values().stream()
                .filter(item -> item.phase instanceof Phase.UnderWay || item.phase instanceof Phase.Seen);
    }
}
