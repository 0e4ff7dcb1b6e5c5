package org.sealpost.anchor;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sealpost.anchor.Anchored.Trouble;
import org.sealpost.anchor.PublicationProgress.Item;
import org.sealpost.anchor.PublicationProgress.Phase;
import org.sealpost.anchor.PublicationWant.Held;
import org.sealpost.anchor.PublicationWant.Load;
import org.sealpost.anchor.PublicationWant.Tried;
import org.sealpost.anchor.RelayCore.Moment;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Place;
import org.sealpost.lodging.PublicationFinding;
import org.sealpost.merkle.Hash;

/// What a relay of publications decides, without threads, clocks, disk and network, as [RelayCore] does for heads.
///
/// Several are under way, each with its own phase. A move looks at all that are due, the lowest nonce first, makes and
/// signs as many as there is room for, and then sends what it signed. What it writes is made durable together: before
/// anything is sent, before the ledger is asked about a number that is new, and before the move ends. Any question may
/// be dropped, and the core be made anew from what is durable.
final class PublicationCore {
    /// Where the core stands after it heard something.
    sealed interface Move {
        /// It wants something, and goes on with the answer.
        ///
        /// @param otherwise how it goes on without one, where that may be about one publication alone
        record Ask<A>(
                PublicationWant<A> want, Function<A, Move> then, Optional<Function<AnchorageSetback, Move>> otherwise)
                implements Move {}

        /// Nothing more for now.
        ///
        /// @param done how much was written; 0: it looks again after a while
        record Rest(int done) implements Move {}

        /// It cannot go on as things are.
        ///
        /// @param urgent whether somebody should look now
        record Stuck(String cause, String remedy, boolean urgent) implements Move {
            Stuck(String cause, String remedy) {
                this(cause, remedy, true);
            }
        }
    }

    /// What of its surroundings does not change while it lives.
    ///
    /// @param size    of the log when the process began
    /// @param key     how many hand-overs of the sealing key there were
    /// @param giveUps the digest by which a number is nobody's
    /// @param hides   whether an entry was ordered to be erased; answers at once
    /// @param finality   as [PublicationCapabilities#finality]
    /// @param stuckAfter as [PublicationLedger#stuckAfter]
    /// @param losesNothing as [PublicationCapabilities#losesNothing]
    /// @param inAnyOrder   as [PublicationCapabilities#inAnyOrder]
    /// @param isPublished whether the profile of what was made is still published that way
    /// @param comesAgain  whether a run whose number is not there any more would get another one
    record Fixed(
            OriginId origin,
            long size,
            int key,
            LongFunction<Hash> giveUps,
            LongPredicate hides,
            String finality,
            Optional<Duration> stuckAfter,
            boolean losesNothing,
            boolean inAnyOrder,
            Predicate<PublicationEntry.Made> isPublished,
            Predicate<PublicationEntry.Made> comesAgain) {}

    /// So long it need not be asked again who the ledger is, while all that it was asked since was answered.
    private static final Duration IDENTITY_HOLDS = Duration.ofSeconds(2);

    /// While a row has no room for more, its lowest is looked at so many times as often.
    private static final int WHEN_FULL = 4;

    /// For so long a move goes on to make and to sign: orders are heard between two moves.
    private static final Duration LONGEST_BATCH = Duration.ofMillis(500);

    /// And for so long to look, and to send, where a ledger takes its time for each.
    private static final Duration LONGEST_LOOK = Duration.ofSeconds(5);

    /// What is set back again and again waits twice as long each time, so many times.
    private static final int MOST_DOUBLED = 6;

    /// So many that are set back leave their places in the row to others; where none can be prepared, so many wait.
    private static final int MOST_SET_BACK = PublicationConfig.MOST_IN_FLIGHT;

    /// While so many are set aside, which stay in memory, and in the journal, until somebody orders something,
    /// no run gets a number.
    static final int MOST_ASIDE = FinishedPublications.MOST_PARTS - 2 * PublicationConfig.MOST_IN_FLIGHT;

    /// So often what was final is looked for again; what is missing for so long somebody should look at.
    private static final Duration RECHECK = Duration.ofMinutes(1);

    /// Where something is missing so many are looked for at least: as many as may have come since it was lost.
    private static final int RECHECKED = 2 * PublicationConfig.MOST_IN_FLIGHT;

    /// So many in an exchange, which whatever stands before a node takes.
    private static final int AT_ONCE = 16;

    /// For so long what is there may be not final where nothing is ever made dearer.
    private static final Duration LEAST_LONG_WAIT = Duration.ofMinutes(10);

    /// So long what was final must be missing: a node may be behind, and is to catch up.
    private static final Duration MISSED = Duration.ofMinutes(5);

    /// So long what was prepared waits for room in the row: later its identity, or its endorsers, may be others.
    private static final Duration TRIED_KEPT = Duration.ofMinutes(1);

    private static final String LOST_BY_ITSELF = "none needed: it waits for " + MISSED.toMinutes()
            + " minutes, and until the chain has made a block since; what is still missing then is published again, under"
            + " other numbers; look whether the node has the blocks of its chain, and whether that makes any";

    private static final String WHERE_NOTHING_IS_LOST =
            "look whether a peer was restored from old data, and let it catch up; if the administrators did set the"
                    + " channel back, sealpost anchor resubmit ";

    private static final String LOST_BY_ORDER =
            " has what is missing published again, under other numbers; nothing is signed until then";

    private static final String NOT_KEPT = "its signed request is not on the disk any more";

    private static final Move NOTHING = new Move.Rest(0);
    private static final Move WRITTEN = new Move.Rest(1);

    private final PublicationConfig config;
    private final Fixed fixed;
    private final PublicationProgress progress;

    private Moment now = new Moment(Instant.EPOCH, 0);
    private PublicationOrders orders = PublicationOrders.NONE;
    private OptionalLong heard = OptionalLong.empty();

    // The requests that this instance prepared and has not offered yet: nobody has seen them.
    private final Set<Hash> unseen = new HashSet<>();
    private final Map<Long, Long> nextLook = new HashMap<>();

    private Optional<Identified> identified = Optional.empty();

    // Whether the last thing that was wanted has been answered.
    private boolean isAnswered = true;

    // Somebody wants these sent now.
    private final Set<Long> again = new HashSet<>();

    // Whether something was written that may not be durable, and the numbers whose requests are among it.
    private boolean isUnforced;
    private final Set<Long> unforcedRequests = new HashSet<>();

    // Of this move: when it began, which numbers were looked at, what it wrote, and which of it are to be sent.
    private long began;
    private OptionalLong walking = OptionalLong.empty();
    private final Set<Long> looked = new HashSet<>();
    private int written;

    // Of this move: whether a run was made and whether a request was tried, since the first of each may always be; and
    // whether one that was tried was set back.
    private boolean hasMade;
    private boolean hasTried;
    private boolean hasSetBack;
    private final Deque<Long> toSend = new ArrayDeque<>();

    // The first of those that wait, and when it has waited for too long; it counts from when it was first looked for.
    private Optional<Hash> waiting = Optional.empty();
    private long stuckNanos;

    // The lowest nonce that waits, for people; any thread.
    private volatile Optional<Hanging> hanging = Optional.empty();

    // Of those that are there, the ones whose own request waits all the same: none behind its nonce can land.
    // Written by the relay's thread, read by any.
    private final Set<Long> holdingUp = ConcurrentHashMap.newKeySet();

    // The first of those that are there and not final, for people; any thread.
    private volatile Optional<Unsettled> unsettled = Optional.empty();

    // How many requests of these this process dropped that could not land: a disk has no room for them without end.
    private final Map<Long, Integer> inVain = new HashMap<>();

    // Those that could not be prepared when it was tried last, by their numbers.
    private final Map<Long, HeldBack> heldBack = new TreeMap<>();

    // When what is final is looked for again; empty: all of it, and before anything is signed.
    private OptionalLong nextRecheck = OptionalLong.empty();

    // Below which nonce all were spent for good when that was told last; fewer are where a chain was rolled back.
    private long spentBelow;

    // Which of those that are final are not there, since when, and what is said of it: until that is null nothing is
    // signed.
    private final Set<Long> missing = new TreeSet<>();
    private Optional<Missed> missed = Optional.empty();
    private Move.@Nullable Stuck held;

    // Whether somebody who was told that they are missing ordered to send again, where nothing is lost by itself.
    private boolean isSaidToBeLost;

    // Whether somebody ordered it before this process began, and after the last one became final: some process may have
    // told him, and it counts for what is missing at the first look.
    private boolean wasSaidToBeLost;

    // Those of which this process found that they were lost.
    private final Set<Long> lost = new HashSet<>();

    // What the ledger said in this move of numbers that were not looked at yet.
    private PublicationLedger.Findings ahead = PublicationLedger.Findings.NONE;

    // What it said in this move of requests, by their ids. Only where it takes them in any order.
    private final Map<Hash, RequestState> states = new HashMap<>();

    // And what came of preparing others, by their numbers. What there is no room for in the row yet is kept for a next
    // move.
    private final Map<Long, Try> tries = new HashMap<>();

    private double tokens;
    private OptionalLong refilled = OptionalLong.empty();

    // What another box did under a number of this one: for as long as the ledger says so nothing is signed.
    private Optional<Foreign> foreign = Optional.empty();

    // Of numbers that are under way, or were seen there: why it is not sure what is there now.
    private final Map<Long, AnchorageSetback> doubted = new TreeMap<>();

    /// Who the ledger is, and when it told.
    private record Identified(AnchorIdentity identity, long nanos) {}

    /// @param nextAsk when the ledger is asked whether it still says so
    private record Foreign(long number, Move.Stuck stuck, long nextAsk) {}

    /// Since when the same ones are missing, with no question that failed, and how far the chain had come then.
    private record Missed(Moment since, long height) {}

    /// @param why   empty where whoever could not read it knows
    /// @param times in a row
    private record HeldBack(Optional<AnchorageSetback> why, int times) {}

    /// What came of preparing one.
    ///
    /// @param came  empty where it could not be loaded
    /// @param nanos when it was tried
    private record Try(Optional<Tried> came, long nanos) {
        boolean isReady() {
            return came.isPresent() && came.get() instanceof Tried.Came(Preparation.Ready _);
        }
    }

    /// @param refusal why no dearer request took its place when that was asked for last; empty if one did
    private record Hanging(long number, long nonce, Moment since, int dearer, String refusal) {}

    /// One that is there and not final.
    ///
    /// @param since   when what is final came nearer to it last, or it was first found not to be
    /// @param nearest height of the last final block that was told; empty where the ledger tells none
    private record Unsettled(PublicationEntry.Included included, Moment since, Optional<Long> nearest) {}

    /// @param progress the fold over the relay's journal, which goes on here with each entry that is written
    PublicationCore(PublicationConfig config, Fixed fixed, PublicationProgress progress) {
        this.config = config;
        this.fixed = fixed;
        this.progress = progress;
        this.tokens = config.perMinute();
    }

    /// @param orders as they are now
    Move begin(Moment moment, PublicationOrders orders) {
        now = moment;
        boolean holds =
                isAnswered && identified.isPresent() && now.nanos() - identified.get().nanos < IDENTITY_HOLDS.toNanos();
        if (!holds) identified = Optional.empty();
        if (!isAnswered) missed = Optional.empty();
        began = now.nanos();
        walking = OptionalLong.empty();
        looked.clear();
        written = 0;
        hasMade = false;
        hasTried = false;
        hasSetBack = false;
        toSend.clear();
        states.clear();
        tries.keySet().removeIf(number -> isParked() || !waits(number));
        tries.values().removeIf(last -> !last.isReady() || now.nanos() - last.nanos >= TRIED_KEPT.toNanos());
        ahead = PublicationLedger.Findings.NONE;
        refill();
        heldBack.keySet().removeIf(number -> !waits(number));
        inVain.keySet().retainAll(progress.open().keySet());
        doubted.keySet().retainAll(progress.open().keySet());
        holdingUp.removeIf(number -> !isSeen(number));
        hanging = hanging.filter(found -> found.nonce == lowestNonce());
        if (nextRecheck.isEmpty() && progress.published().isEmpty()) recheckLater();
        heed(orders);
        if (held != null && isParked()) {
            held = null;
            missed = Optional.empty();
            nextRecheck = OptionalLong.empty();
            // It was about what was missing then.
            isSaidToBeLost = false;
            wasSaidToBeLost = false;
        }
        return noting(durable(this::next));
    }

    private Move next() {
        var first = opening(now);
        if (first.isPresent()) return write(first.get(), this::end);
        var takenUp = takenUp();
        if (takenUp.isPresent()) return write(takenUp.get(), this::end);
        // The log is looked at however long the ledger is away, or stays behind, or holds another one's.
        if (foreign.isPresent()) return ask(new PublicationWant.RunIsDue(), _ -> inSpiteOf(foreign.get()));
        if (isRecheckDue() || held != null) {
            return ask(new PublicationWant.RunIsDue(), _ -> onceIdentified(this::lookAhead));
        }
        return due().isEmpty() ? make(Optional.empty(), 0) : onceIdentified(this::lookAhead);
    }

    private Move end() {
        return durable(() -> new Move.Rest(written));
    }

    /// Goes on once all that was written is durable.
    private Move durable(Supplier<Move> then) {
        if (!isUnforced) return then.get();
        return ask(new PublicationWant.Durable(), _ -> {
            isUnforced = false;
            unforcedRequests.clear();
            return then.get();
        });
    }

    /// Goes on once the request of a number is durable, whatever else is not.
    private Move durable(long number, Supplier<Move> then) {
        return unforcedRequests.contains(number) ? durable(then) : then.get();
    }

    /// What is to be written before anything else; what comes into the log behind it is published.
    Optional<PublicationEntry> opening(Moment moment) {
        if (progress.opened().isEmpty()) {
            return Optional.of(new PublicationEntry.Opened(config.name(), fixed.origin()));
        }
        var said = progress.settings().map(PublicationEntry.Settings::profiles);
        return said.equals(Optional.of(profiles()))
                ? Optional.empty()
                : Optional.of(new PublicationEntry.Settings(moment.wall(), fixed.size(), profiles()));
    }

    <A> Move hear(Move.Ask<A> question, A answer, Moment moment) {
        now = moment;
        return noting(question.then().apply(answer));
    }

    /// The ledger did not answer.
    ///
    /// @return empty if the question is to be dropped
    Optional<Move> setBack(Move.Ask<?> question, AnchorageSetback why, Moment moment) {
        if (question.otherwise().isEmpty()) return Optional.empty();
        now = moment;
        identified = Optional.empty();
        missed = Optional.empty();
        return Optional.of(noting(question.otherwise().get().apply(why)));
    }

    /// A question that is left without an answer is one that failed.
    private Move noting(Move move) {
        isAnswered = !(move instanceof Move.Ask<?>);
        return move;
    }

    private void heed(PublicationOrders said) {
        long resubmitted = said.anchorage().resubmitted();
        boolean isUnparked = orders.anchorage().parked() && !said.anchorage().parked();
        if (isUnparked) foreign = foreign.map(found -> new Foreign(found.number, found.stuck, now.nanos()));
        // A start asks anyway, so an order from before it means nothing.
        if (heard.isPresent() && resubmitted > heard.getAsLong()) {
            isSaidToBeLost = held != null;
            if (held != null) nextRecheck = OptionalLong.empty();
            nextLook.clear();
            heldBack.clear();
            foreign = foreign.map(found -> new Foreign(found.number, found.stuck, now.nanos()));
            progress.underWay().forEach(item -> again.add(item.number()));
        }
        if (heard.isEmpty()) {
            wasSaidToBeLost = progress.lastFinal()
                    .filter(last -> said.anchorage().resubmittedAt().isAfter(last.at()))
                    .isPresent();
        }
        heard = OptionalLong.of(resubmitted);
        orders = said;
    }

    /// What is published as the configuration says, and from where: what was published before goes on.
    List<PublishedProfile> profiles() {
        var before =
                progress.settings().map(PublicationEntry.Settings::profiles).orElse(List.of());
        long from = progress.settings().isPresent() ? fixed.size() : Math.min(fixed.size(), config.begin());
        return config.profiles().stream()
                .map(wanted -> before.stream()
                        .filter(had -> had.profile().equals(wanted.profile()) && had.kind() == wanted.kind())
                        .findFirst()
                        .orElseGet(() -> new PublishedProfile(wanted.profile(), wanted.kind(), from)))
                .sorted(Comparator.comparing(PublishedProfile::profile))
                .toList();
    }

    private Optional<PublicationEntry> takenUp() {
        return progress.open().values().stream()
                .filter(item -> item.phase() instanceof Phase.Aside)
                .flatMap(item -> order(item)
                        .filter(order -> !order.giveUp() && order.position() > item.heeded())
                        .map(order -> new PublicationEntry.TakenUp(now.wall(), item.number(), order.position()))
                        .stream())
                .map(PublicationEntry.class::cast)
                .findFirst();
    }

    private Optional<PublicationOrders.Order> order(Item item) {
        return Optional.ofNullable(orders.byNumber().get(item.number()));
    }

    /// Why a publication is not to come there any more; empty if it may.
    private Optional<PublicationEntry.GivenUp> reasonToGiveUp(Item item) {
        if (item.givenUp().isPresent()) return Optional.empty();
        var order = order(item).filter(PublicationOrders.Order::giveUp);
        if (order.isPresent()) {
            var position = OptionalLong.of(order.get().position());
            return Optional.of(giveUp(item, "somebody ordered it", position));
        }
        if (!item.isPayload()) return Optional.empty();
        if (isHidden(item)) {
            return Optional.of(giveUp(item, "a record of it was ordered to be erased", OptionalLong.empty()));
        }
        // What was set aside is not tried anyway.
        return item.phase() instanceof Phase.Aside || fixed.isPublished().test(item.made())
                ? Optional.empty()
                : Optional.of(giveUp(item, "its profile is not published that way any more", OptionalLong.empty()));
    }

    private boolean isHidden(Item item) {
        return LongStream.range(item.made().first(), item.made().end()).anyMatch(fixed.hides());
    }

    private PublicationEntry.GivenUp giveUp(Item item, String cause, OptionalLong order) {
        return new PublicationEntry.GivenUp(
                now.wall(), item.number(), cause, fixed.giveUps().apply(item.number()), order);
    }

    // --- one after the other

    /// What is to be given up first: no answer about another one may keep that waiting. Then the lowest nonce first:
    /// what a pool lost of a row lands in this order only. Until the lowest has landed none behind it can, so those
    /// that were taken are not asked for. Of those without nonces what was looked at least recently comes first, so
    /// that each has its turn.
    private List<Item> due() {
        var toGiveUp = new ArrayList<Item>();
        var due = new ArrayList<Item>();
        boolean mayPrepare = mayPrepare();
        long lowest = lowestNonce();
        for (var item : progress.open().values()) {
            if (looked.contains(item.number())) continue;
            long look = nextLook.getOrDefault(item.number(), now.nanos());
            boolean isItsTime = now.nanos() - look >= 0;
            boolean isToDo = switch (item.phase()) {
                case Phase.UnderWay flight -> isItsTime && !standsBehind(item, flight, lowest);
                case Phase.Seen _ -> isItsTime;
                case Phase.Waiting _ -> isItsTime && (mayPrepare || mayGoOn(item.number()));
                case Phase.Aside _ -> false;
            };
            boolean mayBeGivenUp =
                    !(item.phase() instanceof Phase.Seen) && (isItsTime || !(item.phase() instanceof Phase.Aside));
            if (mayBeGivenUp && reasonToGiveUp(item).isPresent()) toGiveUp.add(item);
            else if (isToDo) due.add(item);
        }
        due.sort(Comparator.comparingLong(PublicationCore::place)
                .thenComparing(Comparator.comparingLong(this::unlooked).reversed())
                .thenComparingLong(Item::number));
        toGiveUp.addAll(due);
        return toGiveUp;
    }

    /// Whether what came of trying it can be acted on: what is to be sent needs room in the row.
    private boolean mayGoOn(long number) {
        return tried(number).isPresent() && (hasRoom() || !tries.get(number).isReady());
    }

    /// What came of preparing it, if it could be loaded.
    private Optional<Tried> tried(long number) {
        return Optional.ofNullable(tries.get(number)).flatMap(Try::came);
    }

    private static long place(Item item) {
        return item.request()
                .map(prepared -> prepared.request().nonce().orElse(0))
                .orElse(Long.MAX_VALUE);
    }

    /// For how long it may have been looked at, in nanoseconds, and was not.
    private long unlooked(Item item) {
        var look = nextLook.get(item.number());
        return look == null ? Long.MAX_VALUE : now.nanos() - look;
    }

    /// Whether more may be begun in this move.
    private boolean hasTime() {
        return looked.size() < PublicationConfig.MOST_IN_FLIGHT && now.nanos() - began < LONGEST_BATCH.toNanos();
    }

    private boolean hasLookedForLong() {
        return walking.isPresent() && now.nanos() - walking.getAsLong() >= LONGEST_LOOK.toNanos();
    }

    private long lowestNonce() {
        return progress.open().values().stream()
                .filter(item -> item.phase() instanceof Phase.UnderWay || holdingUp.contains(item.number()))
                .flatMap(item -> item.request().stream())
                .map(prepared -> prepared.request().nonce())
                .filter(OptionalLong::isPresent)
                .mapToLong(OptionalLong::getAsLong)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    private boolean standsBehind(Item item, Phase.UnderWay flight, long lowest) {
        return nonce(flight, lowest) > lowest && isQuiet(item, flight);
    }

    /// A ledger without nonces has no row.
    private static long nonce(Phase.UnderWay flight, long lowest) {
        return flight.prepared().request().nonce().orElse(lowest);
    }

    private boolean isQuiet(Item item, Phase.UnderWay flight) {
        return flight.taken() && flight.cause().isEmpty() && !again.contains(item.number());
    }

    /// Where requests land in any order, what became of all of them is asked first, at the same time: the answer waits
    /// for the next block, so that what came into it is found. Those that come next are prepared meanwhile.
    private Move lookAhead(AnchorIdentity identity) {
        if (!fixed.inAnyOrder()) return findAhead(identity);
        var asked = due().stream()
                .filter(item -> item.phase() instanceof Phase.UnderWay flight && !maySubmitUnasked(flight))
                .limit(PublicationConfig.MOST_IN_FLIGHT)
                .collect(Collectors.toMap(
                        Item::number, item -> item.request().orElseThrow().request()));
        if (asked.isEmpty()) return findAhead(identity);
        var row = new PublicationWant.Row(
                new PublicationWant.StatusAll(asked), fixed.origin(), successors(), wereTried());
        return ask(row, told -> {
            told.states()
                    .forEach((number, state) -> states.put(asked.get(number).id(), state));
            ahead = told.findings();
            keep(told.tried());
            began = now.nanos(); // making and signing begins behind what is waited for
            return findAhead(identity);
        });
    }

    /// What it holds of all that may have to be looked at is asked together: where the lowest has landed, most of
    /// those behind it have, too. What is more than a row has is asked for by itself.
    private Move findAhead(AnchorIdentity identity) {
        var behind = progress.underWay().filter(item -> !looked.contains(item.number()));
        var digests = Stream.concat(due().stream(), behind)
                .distinct()
                .filter(item -> ahead.of(item.number(), item.wanted()).isEmpty())
                .limit(PublicationConfig.MOST_IN_FLIGHT)
                .collect(Collectors.toMap(Item::number, Item::wanted));
        if (digests.isEmpty()) return recheckAndWalk(identity);
        return ask(new PublicationWant.FindAll(fixed.origin(), digests), findings -> {
            ahead = ahead.and(findings);
            if (fixed.inAnyOrder()) began = now.nanos();
            return recheckAndWalk(identity);
        });
    }

    private Move walk(AnchorIdentity identity) {
        if (identified.isEmpty()) return onceIdentified(this::walk);
        if (walking.isEmpty()) walking = OptionalLong.of(now.nanos());
        var due = due();
        // What comes at the end, of however slow a ledger, has its turn all the same.
        if (hasLookedForLong() && !looked.isEmpty()) {
            due.removeIf(item -> tried(item.number()).isEmpty() && (hasTried || !waits(item.number())));
        }
        var stop = stop();
        // What gives something up signs nothing.
        if (stop.isPresent()) due.removeIf(item -> reasonToGiveUp(item).isEmpty());
        if (due.isEmpty()) return stop.isEmpty() ? make(Optional.of(identity), 0) : durable(stop::get);
        var item = due.getFirst();
        looked.add(item.number());
        Optional<PublicationFinding> told = ahead.of(item.number(), item.wanted());
        Function<Optional<There>, Move> then = there -> there.isPresent()
                ? found(item, there.get())
                : orGiveUp(item, () -> switch (item.phase()) {
                    case Phase.Waiting _ -> prepare(item);
                    case Phase.UnderWay flight -> askFor(item, flight);
                    case Phase.Seen seen -> write(reorged(seen));
                    case Phase.Aside _ -> NOTHING;
                });
        var move = told.isPresent() ? there(item, told.get(), then) : find(item, then);
        return andThen(move, item, () -> walk(identity));
    }

    /// Whatever comes of one, the next is looked at.
    private Move andThen(Move move, Item item, Supplier<Move> next) {
        return switch (move) {
            case Move.Rest(int done) -> {
                // What was just taken is in no block yet; behind others it is asked for once those have landed.
                boolean mayWait = !fixed.inAnyOrder() && isLowestTaken(item.number());
                if (done == 0 || mayWait || isAgainInVain(item.number())) putOff(item);
                else nextLook.remove(item.number());
                again.remove(item.number());
                yield next.get();
            }
            case Move.Ask<?> ask -> chained(ask, item, next);
            case Move.Stuck stuck -> durable(() -> stuck);
        };
    }

    private void putOff(Item item) {
        long poll = config.poll().toNanos();
        boolean isWaitedFor = progress.underWay().count() >= config.inFlight();
        var held = heldBack.get(item.number());
        int times = held != null ? held.times : isAgainInVain(item.number()) ? inVain.get(item.number()) : 0;
        long wait = times > 0 ? poll << Math.min(times - 1, MOST_DOUBLED) : isWaitedFor ? poll / WHEN_FULL : poll;
        nextLook.put(item.number(), now.nanos() + wait);
    }

    /// Whether it has no request because another one of its requests could not land.
    private boolean isAgainInVain(long number) {
        return waits(number) && inVain.getOrDefault(number, 0) > 1;
    }

    private boolean isLowestTaken(long number) {
        var item = progress.open().get(number);
        long lowest = lowestNonce();
        return item != null
                && item.phase() instanceof Phase.UnderWay flight
                && isQuiet(item, flight)
                && nonce(flight, lowest) == lowest;
    }

    private <A> Move chained(Move.Ask<A> ask, Item item, Supplier<Move> next) {
        boolean isOfOne = ask.want() instanceof PublicationWant.Find || ask.want() instanceof PublicationWant.Status;
        return new Move.Ask<>(
                ask.want(),
                answer -> andThen(ask.then().apply(answer), item, next),
                isOfOne ? Optional.of(why -> andThen(unsure(item, why), item, next)) : Optional.empty());
    }

    /// Of this one nobody can tell: who is away tells nothing of the next one either, and is asked who he is before.
    private Move unsure(Item item, AnchorageSetback why) {
        if (waits(item.number())) return holdBack(item, Optional.of(why));
        doubted.put(item.number(), why);
        return NOTHING;
    }

    private record There(Hash digest, Place place, boolean isFinal) {}

    /// The authority on what became of it.
    private Move find(Item item, Function<Optional<There>, Move> then) {
        return ask(
                new PublicationWant.Find(fixed.origin(), item.number(), item.wanted()),
                finding -> there(item, finding, then));
    }

    private Move there(Item item, PublicationFinding finding, Function<Optional<There>, Move> then) {
        if (finding instanceof PublicationFinding.Conflict(var other) && !item.knows(other)) {
            return another(item, other, then);
        }
        doubted.remove(item.number());
        return switch (finding) {
            case PublicationFinding.Absent _ -> then.apply(Optional.empty());
            case PublicationFinding.Present(var place, var isFinal) ->
                then.apply(Optional.of(new There(item.wanted(), place, isFinal)));
            // What was given up came first.
            case PublicationFinding.Conflict(var other) ->
                ask(
                        new PublicationWant.Find(fixed.origin(), item.number(), other),
                        again -> again instanceof PublicationFinding.Present(var place, var isFinal)
                                ? then.apply(Optional.of(new There(other, place, isFinal)))
                                : NOTHING);
        };
    }

    // --- somebody else's publication

    /// What nobody here made stops all publications once it is told for good. Until then it may be one node's mistake.
    private Move another(Item item, Hash other, Function<Optional<There>, Move> then) {
        return ask(new PublicationWant.HeldForGood(fixed.origin(), item.number(), other), held -> switch (held) {
            case Held.NotNow() -> NOTHING;
            case Held.Doubted(var why) -> inDoubt(item, why, then);
            case Held.ForGood() -> {
                var stuck = stopped(item.number(), other);
                yield orGiveUp(item, () -> stuck);
            }
        });
    }

    /// What is out is settled as ever, since others wait behind its nonce; nothing is signed for the number.
    private Move inDoubt(Item item, AnchorageSetback why, Function<Optional<There>, Move> then) {
        identified = Optional.empty();
        return switch (item.phase()) {
            case Phase.UnderWay _ -> {
                doubted.put(item.number(), why);
                yield then.apply(Optional.empty());
            }
            case Phase.Waiting _, Phase.Seen _ -> orGiveUp(item, () -> unsure(item, why));
            case Phase.Aside _ -> orGiveUp(item, () -> NOTHING);
        };
    }

    private Move.Stuck stopped(long number, Hash digest) {
        var stuck = new Move.Stuck(
                config.name() + " holds something else under number " + number + " (digest " + digest
                        + ") than this box made: the box was restored or copied, or its journal of publications was"
                        + " lost",
                "see to it that one box only has this origin; then stop the gateway, and move the folders " + folders()
                        + " away: it begins behind the last number that is used. If " + config.name()
                        + " was wrong: it is asked again each minute, and at once by sealpost anchor resubmit "
                        + config.name());
        foreign = Optional.of(new Foreign(number, stuck, now.nanos() + RECHECK.toNanos()));
        return stuck;
    }

    /// What is ordered to be erased is given up all the same.
    private Move inSpiteOf(Foreign found) {
        if (now.nanos() - found.nextAsk >= 0) {
            // Before it is asked: whatever comes of it, the next one is in a while.
            foreign = Optional.of(new Foreign(found.number, found.stuck, now.nanos() + RECHECK.toNanos()));
            return onceIdentified(identity -> askAgain(found, identity));
        }
        boolean givesUp = due().stream().anyMatch(item -> reasonToGiveUp(item).isPresent());
        return givesUp ? onceIdentified(this::lookAhead) : durable(() -> found.stuck);
    }

    /// A doubt does not end it: who could tell may be away. That nothing, or its own, is there does.
    private Move askAgain(Foreign found, AnchorIdentity identity) {
        var item = Optional.ofNullable(progress.open().get(found.number));
        if (item.isEmpty()) return goOnInSpite(identity);
        var wanted = item.get().wanted();
        return ask(new PublicationWant.Find(fixed.origin(), found.number, wanted), finding -> {
            boolean isSo = finding instanceof PublicationFinding.Conflict(var other)
                    && !item.get().knows(other);
            return isSo ? lookAhead(identity) : goOnInSpite(identity);
        });
    }

    private Move goOnInSpite(AnchorIdentity identity) {
        foreign = Optional.empty();
        return lookAhead(identity);
    }

    /// Why nothing is signed, if that is so.
    Optional<Move.Stuck> stop() {
        return foreign.map(Foreign::stuck).or(() -> Optional.ofNullable(held));
    }

    private Move found(Item item, There there) {
        if (!(item.phase() instanceof Phase.Seen seen)) {
            var entry = new PublicationEntry.Included(now.wall(), item.number(), there.digest(), there.place());
            // As it is from then on: what is done about its request next depends on that.
            return write(entry, () -> there.isFinal() ? ended(progress.open().get(item.number()), there) : WRITTEN);
        }
        var included = seen.included();
        if (!included.place().equals(there.place()) || !included.digest().equals(there.digest())) {
            return write(reorged(seen));
        }
        if (there.isFinal()) return ended(item, there);
        return ask(new PublicationWant.Standing(), standing -> {
            noteUnsettled(included, standing.map(AnchorageStanding::lastFinal));
            return holdingUp.contains(item.number()) ? settled(item, false, () -> NOTHING) : NOTHING;
        });
    }

    private Move ended(Item item, There there) {
        return settled(
                item,
                true,
                () -> write(new PublicationEntry.Final(now.wall(), item.number(), there.digest(), there.place())));
    }

    /// A nonce that may still be used keeps its publication open: the next request would get the same one.
    /// Where somebody else brought it and its own request hangs, that is made dearer all the same, for those
    /// behind it.
    private Move settled(Item item, boolean isFinal, Supplier<Move> then) {
        var last = item.request();
        if (last.isEmpty() || isSpent(last.get().request())) return then.get();
        return status(item.number(), last.get().request(), state -> switch (state) {
            case RequestState.Pooled _ -> hangsThoughItIsThere(item, then);
            case RequestState.Unknown _ when !isFinal -> offeredThoughItIsThere(item);
            case RequestState.Included _ -> heldUpNoMore(item, () -> NOTHING);
            case RequestState.Reverted(var place, var isSo) -> heldUpNoMore(item, isSo ? then : () -> NOTHING);
            case RequestState.Final _, RequestState.CannotLand _, RequestState.Unknown _ -> heldUpNoMore(item, then);
        });
    }

    private Move heldUpNoMore(Item item, Supplier<Move> then) {
        holdingUp.remove(item.number());
        return then.get();
    }

    /// What was ordered to be erased is not signed once more; those behind it are then signed anew, at its nonce.
    private Move hangsThoughItIsThere(Item item, Supplier<Move> then) {
        var flight = from(item).orElseThrow();
        holdingUp.add(item.number());
        if (!flight.stale() && item.isPayload() && isHidden(item)) return heldUpNoMore(item, then);
        return !isParked() && isStuck(item, flight) ? replace(item, flight) : NOTHING;
    }

    /// The pool lost it, and those behind it wait for its nonce until the publication is final.
    private Move offeredThoughItIsThere(Item item) {
        var flight = from(item).orElseThrow();
        if (flight.stale() || isParked() || item.isPayload() && isHidden(item)) return NOTHING;
        return ask(
                new PublicationWant.Kept(item.number(), flight.prepared().request()),
                kept -> kept.isEmpty() ? NOTHING : ask(new PublicationWant.Submit(kept.get()), _ -> NOTHING));
    }

    /// The request with which it came to be under way, whether it is there or not.
    private static Optional<Phase.UnderWay> from(Item item) {
        var phase = item.phase() instanceof Phase.Seen seen ? seen.from() : item.phase();
        return phase instanceof Phase.UnderWay flight ? Optional.of(flight) : Optional.empty();
    }

    private boolean isSeen(long number) {
        var item = progress.open().get(number);
        return item != null && item.phase() instanceof Phase.Seen;
    }

    /// What comes nearer, however slowly, is no trouble; what has come as far and is not final is.
    private void noteUnsettled(PublicationEntry.Included included, Optional<Long> lastFinal) {
        var before = unsettled.filter(one -> isSeen(one.included.number()));
        boolean isNearer = before.isEmpty()
                || lastFinal.isPresent()
                        && lastFinal.get() > before.get().nearest.orElse(-1L)
                        && before.get().nearest.orElse(-1L)
                                < before.get().included.place().height();
        if (!isNearer) return;
        unsettled = Optional.of(new Unsettled(before.map(Unsettled::included).orElse(included), now, lastFinal));
    }

    private Move status(long number, PublicationEntry.Request request, Function<RequestState, Move> then) {
        var told = states.get(request.id());
        return told == null
                ? ask(new PublicationWant.Status(number, request, progress.lane()), then)
                : then.apply(told);
    }

    /// Whether its nonce was used beyond being taken back, whoever used it.
    private boolean isSpent(PublicationEntry.Request request) {
        return request.nonce().isPresent() && request.nonce().getAsLong() < ahead.spentBelow();
    }

    /// What is there is waited for; what is not there may be given up.
    private Move orGiveUp(Item item, Supplier<Move> otherwise) {
        if (item.phase() instanceof Phase.Seen) return otherwise.get();
        return reasonToGiveUp(item).map(this::write).orElseGet(otherwise);
    }

    // --- what was final

    private boolean isRecheckDue() {
        if (isParked() || progress.published().isEmpty()) return false;
        return nextRecheck.isEmpty() || now.nanos() - nextRecheck.getAsLong() >= 0;
    }

    private void recheckLater() {
        nextRecheck = OptionalLong.of(now.nanos() + RECHECK.toNanos());
    }

    /// Nothing is signed before it is known what of it must come again: in the order of the log, so that another
    /// process finds the rest of it among the last ones.
    private Move recheckAndWalk(AnchorIdentity identity) {
        long spent = ahead.spentBelow();
        if (spent > 0 && spent < spentBelow) nextRecheck = OptionalLong.empty();
        if (spent > 0) spentBelow = spent;
        if (!isRecheckDue()) return walk(identity);
        if (nextRecheck.isEmpty() || held != null) return recheckAll(identity);
        return ask(unused(Set.of(progress.firstToBeLost().number())), answer -> {
            if (!answer.numbers().isEmpty()) return recheckAll(identity);
            recheckLater();
            return walk(identity);
        });
    }

    private PublicationWant.Unused unused(Set<Long> numbers) {
        return new PublicationWant.Unused(fixed.origin(), numbers);
    }

    private Move recheckAll(AnchorIdentity identity) {
        return recheck(identity, new ArrayList<>(), Optional.empty(), Long.MAX_VALUE, 0);
    }

    /// @param gone  those that are not there, as far as they were looked for
    /// @param said  when one was not there last
    /// @param end   of the records of those that were looked for
    /// @param asked how many they were
    private Move recheck(
            AnchorIdentity identity,
            List<PublicationEntry.Made> gone,
            Optional<PublicationLedger.Unused> said,
            long end,
            int asked) {
        var before = progress.published().headMap(end, false).descendingMap().values().stream()
                .limit(AT_ONCE)
                .toList();
        if (before.isEmpty()) return rechecked(identity, gone, said);
        return ask(unused(numbers(before)), answer -> {
            for (var made : before) {
                if (!answer.numbers().contains(made.number())) continue;
                if (fixed.comesAgain().test(made)) gone.add(made);
                else progress.forget(made);
            }
            boolean isWhole = answer.numbers().isEmpty();
            int all = asked + before.size();
            var newest = isWhole ? said : Optional.of(answer);
            return isWhole && all >= RECHECKED
                    ? rechecked(identity, gone, newest)
                    : recheck(identity, gone, newest, before.getLast().end(), all);
        });
    }

    private static Set<Long> numbers(List<PublicationEntry.Made> all) {
        return all.stream().map(PublicationEntry.Made::number).collect(Collectors.toCollection(TreeSet::new));
    }

    private Move rechecked(
            AnchorIdentity identity, List<PublicationEntry.Made> gone, Optional<PublicationLedger.Unused> said) {
        recheckLater();
        held = null;
        var numbers = numbers(gone);
        if (!missing.containsAll(numbers)) missed = Optional.empty();
        missing.clear();
        if (gone.isEmpty()) {
            missed = Optional.empty();
            isSaidToBeLost = false;
            wasSaidToBeLost = false;
            return walk(identity);
        }
        missing.addAll(numbers);
        var chain = said.orElseThrow();
        var since = missed.orElseGet(() -> new Missed(now, chain.height()));
        missed = Optional.of(since);
        long height = gone.stream().mapToLong(progress::height).max().orElseThrow();
        long waited = now.nanos() - since.since.nanos();
        boolean hasLasted = waited >= MISSED.toNanos();
        boolean isLost = fixed.losesNothing()
                ? isSaidToBeLost || wasSaidToBeLost && hasLasted
                : hasLasted && wentOn(chain, height, since);
        if (isLost) {
            isSaidToBeLost = false;
            wasSaidToBeLost = false;
            progress.lost(numbers);
            lost.addAll(numbers);
            missing.clear();
            missed = Optional.empty();
            return walk(identity);
        }
        var others = numbers.size() == 1 ? "" : " and " + (numbers.size() - 1) + " more";
        held = new Move.Stuck(
                config.name() + " does not hold any more what was final there: number "
                        + numbers.iterator().next() + others + ": its chain was "
                        + (fixed.losesNothing() ? "set" : "rolled")
                        + " back, or its node is behind, at block " + chain.height() + ", and that was in block "
                        + height,
                fixed.losesNothing() ? WHERE_NOTHING_IS_LOST + config.name() + LOST_BY_ORDER : LOST_BY_ITSELF,
                waited >= RECHECK.toNanos());
        return walk(identity);
    }

    /// Whether what was final is missing on a chain that goes on without it. A node that is merely behind has not
    /// come to its block; and whatever it came to is from before.
    ///
    /// @param height of the highest block that one was in
    private boolean wentOn(PublicationLedger.Unused chain, long height, Missed since) {
        if (chain.height() > height) return true;
        boolean isSince = chain.height() > since.height && chain.time().isAfter(since.since.wall());
        // Its clock may have been set back meanwhile, as of a box without power.
        return isSince
                && progress.lastFinal()
                        .filter(last -> chain.time().isAfter(last.at()))
                        .isPresent();
    }

    // --- a run of records gets a number

    /// @param made how many were made since those that are due were looked at
    private Move make(Optional<AnchorIdentity> identified, int made) {
        if (!mayMake(made)) return madeAll(made);
        return ask(new PublicationWant.RunIsDue(), isDue -> {
            if (!isDue) return madeAll(made);
            if (progress.reached().isPresent()) return makeNext(identified, made);
            return identified.isPresent() ? reach(identified.get()) : onceIdentified(this::reach);
        });
    }

    private boolean mayMake(int made) {
        long open = progress.open().values().stream()
                .filter(item -> !(item.phase() instanceof Phase.Aside))
                .count();
        long setBack = progress.open().keySet().stream()
                .filter(number -> heldBack.containsKey(number) || isAgainInVain(number))
                .count();
        long inRow = open - Math.min(setBack, MOST_SET_BACK);
        if (progress.open().size() - open >= MOST_ASIDE) return false;
        // Where requests land in any order, as many again are prepared while those wait for their block.
        long room = fixed.inAnyOrder() ? 2L * config.inFlight() : config.inFlight();
        return !isParked() && inRow < room && tokens >= made + 1 && (!hasMade || hasTime());
    }

    /// A number is durable before the ledger, or anybody else, hears of it.
    private Move madeAll(int made) {
        return made > 0 ? durable(() -> onceIdentified(this::lookAhead)) : send();
    }

    private Move reach(AnchorIdentity identity) {
        return ask(new PublicationWant.Last(fixed.origin()), last -> {
            long used = Math.max(last, lastOrdered());
            if (used == Long.MAX_VALUE) return noNumberLeft();
            var reached = new PublicationEntry.Reached(now.wall(), used + 1, identity);
            return write(reached, () -> make(Optional.of(identity), 0));
        });
    }

    /// An order is about the publication that had the number when it was given, and stays in force: where the journal
    /// was lost, no other one gets that number.
    private long lastOrdered() {
        return orders.byNumber().keySet().stream().reduce(0L, Math::max);
    }

    private Move makeNext(Optional<AnchorIdentity> identified, int made) {
        hasMade = true;
        var owed = progress.owedAgain().stream()
                .filter(run -> lost.contains(run.number()) && fixed.comesAgain().test(run))
                .limit(AT_ONCE)
                .toList();
        if (owed.isEmpty()) return makeNow(identified, made);
        // A node that was behind may have caught up since.
        return onceIdentified(_ -> ask(unused(numbers(owed)), answer -> {
            for (long number : numbers(owed)) {
                if (!answer.numbers().contains(number)) progress.isBack(number);
            }
            return makeNow(identified, made);
        }));
    }

    private Move noNumberLeft() {
        return new Move.Stuck(
                config.name() + " has used number " + Long.MAX_VALUE + " of this log, and there is none behind it",
                "look who published it, and with which box's key: from here nothing more can be published under this"
                        + " log's name");
    }

    private Move makeNow(Optional<AnchorIdentity> identified, int made) {
        if (!progress.hasNumberLeft()) return durable(this::noNumberLeft);
        return ask(
                new PublicationWant.Make(progress.nextNumber()),
                next -> next.isPresent() ? write(next.get(), () -> make(identified, made + 1)) : madeAll(made));
    }

    // --- no request may land

    private Move prepare(Item item) {
        var before = tried(item.number());
        if (before.isPresent()) return came(item, before.get());
        if (!mayPrepare()) return NOTHING;
        hasTried = true;
        if (!fixed.inAnyOrder() || tries.containsKey(item.number())) return prepareAlone(item);
        var several = withThoseBehind(item);
        return ask(new PublicationWant.PrepareAll(several), all -> {
            keep(all);
            return prepare(item);
        });
    }

    /// As many as there is room for of those that come next, and are not there.
    private List<Item> withThoseBehind(Item item) {
        long room = Math.min(config.inFlight() - progress.underWay().count(), (long) tokens);
        var behind = due().stream()
                .filter(next -> waits(next.number()) && !tries.containsKey(next.number()))
                .filter(next -> ahead.of(next.number(), next.wanted())
                        .filter(PublicationFinding.Absent.class::isInstance)
                        .isPresent())
                .filter(next -> reasonToGiveUp(next).isEmpty());
        return Stream.concat(Stream.of(item), behind).limit(room).toList();
    }

    /// Those that take the places of the row that is under way, where requests land in any order.
    private List<Item> successors() {
        // Before it is known what must come again nothing is signed.
        boolean isAllLookedFor = isRecheckDue() && nextRecheck.isEmpty();
        if (isParked() || isAllLookedFor || stop().isPresent()) return List.of();
        return progress.open().values().stream()
                .filter(item -> item.phase() instanceof Phase.Waiting && !looked.contains(item.number()))
                .filter(item -> now.nanos() - nextLook.getOrDefault(item.number(), now.nanos()) >= 0)
                .filter(item -> reasonToGiveUp(item).isEmpty())
                .limit(Math.min(config.inFlight(), (long) tokens))
                .toList();
    }

    private Set<Long> wereTried() {
        return Set.copyOf(tries.keySet());
    }

    private Move prepareAlone(Item item) {
        return ask(new PublicationWant.Loaded(item), load -> switch (load) {
            case Load.Gone(var cause) -> write(giveUp(item, cause, OptionalLong.empty()));
            case Load.Unreadable _ -> holdBack(item, Optional.empty());
            case Load.Ready(var publication) ->
                ask(new PublicationWant.Prepare(publication, progress.lane()), came -> came(item, came));
        });
    }

    private Move came(Item item, Tried tried) {
        return switch (tried) {
            case Tried.SetBack(var why) -> setBack(item, why);
            case Tried.Came(Preparation.Refused(var reason)) -> setAside(item, reason);
            case Tried.Came(Preparation.TooManyHandOvers many) ->
                throw new IllegalStateException("a publication brings no hand-overs: " + many);
            case Tried.Came(Preparation.Ready(var request)) -> prepared(item, request);
        };
    }

    private boolean mayPrepare() {
        return hasRoom() && (!hasTried || hasTime());
    }

    /// Whether another request may be under way.
    private boolean hasRoom() {
        return !isParked() && tokens >= 1 && progress.underWay().count() < config.inFlight();
    }

    private void keep(Map<Long, Optional<Tried>> came) {
        came.forEach((number, what) -> tries.put(number, new Try(what, now.nanos())));
    }

    private Move setBack(Item item, AnchorageSetback why) {
        identified = Optional.empty();
        hasSetBack = true;
        return holdBack(item, Optional.of(why));
    }

    /// It may be this one alone, for days: those behind it are tried all the same.
    private Move holdBack(Item item, Optional<AnchorageSetback> why) {
        heldBack.merge(item.number(), new HeldBack(why, 1), (before, _) -> new HeldBack(why, before.times + 1));
        return NOTHING;
    }

    private boolean waits(long number) {
        var item = progress.open().get(number);
        return item != null && item.phase() instanceof Phase.Waiting;
    }

    /// Why something that waits could not be prepared when it was tried last, of the lowest number; else why it is
    /// not sure what became of one that is under way.
    Optional<AnchorageSetback> setback() {
        return heldBack.entrySet().stream()
                .filter(held -> waits(held.getKey()))
                .flatMap(held -> held.getValue().why.stream())
                .findFirst()
                .or(() -> doubted.values().stream().findFirst());
    }

    /// Whether all that the move tried was set back, and nothing else is under way.
    boolean isSetBack() {
        return hasSetBack && written == 0 && progress.underWay().findAny().isEmpty();
    }

    private Move prepared(Item item, SignedRequest request) {
        tokens -= 1;
        heldBack.remove(item.number());
        return ask(new PublicationWant.Keep(item.number(), request), _ -> signed(item, request, fixed.key()));
    }

    /// @param key how many hand-overs of the sealing key there were before the one that signed what is published
    private Move signed(Item item, SignedRequest request, int key) {
        var known = PublicationEntry.Request.of(request);
        return write(new PublicationEntry.Prepared(now.wall(), item.number(), known, key), () -> {
            unforcedRequests.add(item.number());
            unseen.add(request.id());
            toSend.add(item.number());
            return WRITTEN;
        });
    }

    /// What was signed in this move, in its order; what is left of it after a failure, or a while, is sent by the next
    /// one.
    private Move send() {
        boolean isNextMoves = hasLookedForLong() && !fixed.inAnyOrder();
        if (toSend.isEmpty() || isNextMoves) return end();
        if (identified.isEmpty()) return onceIdentified(_ -> send());
        if (fixed.inAnyOrder()) return sendAll();
        long number = toSend.remove();
        var item = Optional.ofNullable(progress.open().get(number));
        return item.isPresent() && item.get().phase() instanceof Phase.UnderWay flight
                ? andThen(submit(item.get(), flight), item.get(), this::send)
                : send();
    }

    /// Those that are to be given up meanwhile, and those whose bytes are gone, are the next move's.
    private Move sendAll() {
        return durable(() -> {
            var requests = new TreeMap<Long, PublicationEntry.Request>();
            for (long number : toSend) {
                var item = progress.open().get(number);
                if (item != null
                        && item.phase() instanceof Phase.UnderWay flight
                        && reasonToGiveUp(item).isEmpty()) {
                    requests.put(number, flight.prepared().request());
                }
            }
            // Before they are sent: whatever comes of it, somebody may have seen the bytes.
            requests.values().forEach(request -> unseen.remove(request.id()));
            return requests.isEmpty() ? end() : ask(new PublicationWant.SubmitAll(requests), this::sent);
        });
    }

    private Move sent(Map<Long, SubmitOutcome> outcomes) {
        if (toSend.isEmpty()) return end();
        long number = toSend.remove();
        var outcome = outcomes.get(number);
        var item = progress.open().get(number);
        return outcome != null && item.phase() instanceof Phase.UnderWay flight
                ? andThen(offered(item, flight, outcome), item, () -> sent(outcomes))
                : sent(outcomes);
    }

    // --- a request that may be under way

    private boolean maySubmitUnasked(Phase.UnderWay flight) {
        return unseen.contains(flight.prepared().request().id()) && !flight.stale() && !isParked();
    }

    private Move askFor(Item item, Phase.UnderWay flight) {
        if (maySubmitUnasked(flight)) return submit(item, flight);
        return status(item.number(), flight.prepared().request(), state -> switch (state) {
            case RequestState.Unknown() -> {
                if (flight.stale()) yield dropped(item, "it was given up, and nobody has its request");
                yield isParked() ? NOTHING : submit(item, flight);
            }
            case RequestState.Pooled _ -> {
                hangs(item, flight);
                if (isParked()) yield NOTHING;
                if (again.contains(item.number()) && !flight.stale()) yield submit(item, flight);
                yield isStuck(item, flight) ? replace(item, flight) : NOTHING;
            }
            case RequestState.Included _ -> NOTHING;
            case RequestState.Reverted(var place, var isFinal) ->
                isFinal ? drop(item, flight, PublicationEntry.Dropped.NO_EFFECT) : NOTHING;
            // A ledger may answer only once it is included, which it was not when it was looked for.
            case RequestState.Final _ -> dropIfAbsent(item, flight, PublicationEntry.Dropped.NOTHING_THERE);
            // What came meanwhile may be why, such as the request that this one took the place of.
            case RequestState.CannotLand(var reason) -> dropIfAbsent(item, flight, reason);
        });
    }

    private Move dropIfAbsent(Item item, Phase.UnderWay flight, String cause) {
        return find(item, there -> there.isPresent() ? found(item, there.get()) : drop(item, flight, cause));
    }

    /// Whether it holds up all that stand behind it, and may be made dearer.
    private boolean isStuck(Item item, Phase.UnderWay flight) {
        if (!hangs(item, flight) || item.dearer() >= RequestRow.MAX_DEARER) return false;
        var request = flight.prepared().request();
        if (!waiting.equals(Optional.of(request.id()))) {
            waiting = Optional.of(request.id());
            waitAnew();
        }
        return now.nanos() - stuckNanos >= 0;
    }

    /// Notes that it waits, if it holds up all that stand behind it.
    private boolean hangs(Item item, Phase.UnderWay flight) {
        var nonce = flight.prepared().request().nonce();
        boolean isLowest = fixed.stuckAfter().isPresent() && nonce.isPresent() && nonce.getAsLong() == lowestNonce();
        if (!isLowest) return false;
        var before = hanging.filter(found -> found.nonce == nonce.getAsLong());
        hanging = Optional.of(new Hanging(
                item.number(),
                nonce.getAsLong(),
                before.map(Hanging::since).orElse(now),
                item.dearer(),
                before.filter(found -> found.dearer == item.dearer())
                        .map(Hanging::refusal)
                        .orElse("")));
        return true;
    }

    /// What waits to be included, or to be final, for longer than it should; any thread.
    ///
    /// @param nanos as in a [Moment]
    Optional<Trouble> delay(long nanos) {
        return unincluded(nanos).or(() -> neverFinal(nanos));
    }

    private Optional<Trouble> neverFinal(long nanos) {
        var found = unsettled.filter(one -> isSeen(one.included.number()));
        if (found.isEmpty()) return Optional.empty();
        var one = found.get();
        long waited = nanos - one.since.nanos();
        if (waited < fixed.stuckAfter().orElse(LEAST_LONG_WAIT).toNanos()) return Optional.empty();
        var since = one.since.wall();
        long others = progress.open().values().stream()
                        .filter(item -> item.phase() instanceof Phase.Seen)
                        .count()
                - 1;
        return Optional.of(new Trouble(
                "publication " + one.included.number() + " is in block "
                        + one.included.place().height() + " since " + one.included.at()
                        + (others == 1 ? ", as is one more," : others > 1 ? ", as are " + others + " more," : "")
                        + " and not final, and "
                        + one.nearest
                                .map(height -> height < 0
                                        ? "no block is final"
                                        : "the last final block is " + height + " since " + since)
                                .orElse("is to be so by " + fixed.finality()),
                "none needed while it passes; look whether enough of the ledger's validators agree on what is final, and"
                        + " whether whoever is asked, and a second one, tells the newest of it",
                since,
                waited >= PublicationRelay.PATIENCE.toNanos()));
    }

    private Optional<Trouble> unincluded(long nanos) {
        var found = hanging.filter(one -> one.nonce == lowestNonce());
        if (found.isEmpty() || fixed.stuckAfter().isEmpty()) return Optional.empty();
        var one = found.get();
        long waited = nanos - one.since.nanos();
        if (waited < fixed.stuckAfter().get().toNanos()) return Optional.empty();
        var since = one.since.wall();
        return Optional.of(new Trouble(
                "the request of publication " + one.number + " waits to be included since " + since + ", " + one.dearer
                        + " dearer requests were made"
                        + (one.refusal.isEmpty() ? "" : ", and no other is: " + one.refusal),
                "none needed while it passes; look whether the ledger includes anything, and at what price",
                since,
                waited >= PublicationRelay.PATIENCE.toNanos()));
    }

    private void waitAnew() {
        stuckNanos = now.nanos() + fixed.stuckAfter().orElseThrow().toNanos();
    }

    /// The one before is given up in the same moment. Should it land all the same, its publication is there, and the
    /// dearer one cannot: they have one nonce. To releases that replace nothing it is one that was signed anew.
    private Move replace(Item item, Phase.UnderWay flight) {
        return heldUp(
                before(item, flight),
                () -> orGiveUp(item, () -> flight.stale() ? takePlace(item, flight) : makeDearer(item, flight)));
    }

    /// Those that are there and not final, with nonces below, the lowest first: one of their requests may be why.
    private List<Item> before(Item item, Phase.UnderWay flight) {
        long nonce = nonce(flight, Long.MIN_VALUE);
        return progress.open().values().stream()
                .filter(other -> other.phase() instanceof Phase.Seen && other.number() != item.number())
                .filter(other -> other.request().isPresent() && place(other) < nonce)
                .sorted(Comparator.comparingLong(PublicationCore::place))
                .toList();
    }

    /// Goes on if the requests of all of these landed.
    private Move heldUp(List<Item> before, Supplier<Move> otherwise) {
        if (before.isEmpty()) return otherwise.get();
        var first = before.getFirst();
        Supplier<Move> next = () -> heldUp(before.subList(1, before.size()), otherwise);
        var request = first.request().orElseThrow().request();
        if (isSpent(request)) return next.get();
        return status(first.number(), request, state -> switch (state) {
            case RequestState.Pooled _, RequestState.Unknown _ -> {
                holdingUp.add(first.number());
                yield NOTHING;
            }
            case RequestState.Included _, RequestState.Final _, RequestState.Reverted _, RequestState.CannotLand _ ->
                next.get();
        });
    }

    private Move makeDearer(Item item, Phase.UnderWay flight) {
        var known = flight.prepared().request();
        return ask(new PublicationWant.Kept(item.number(), known), kept -> {
            if (kept.isEmpty())
                return item.phase() instanceof Phase.Seen ? takePlace(item, flight) : dropped(item, NOT_KEPT);
            waitAnew(); // before it is asked: whatever comes of it, those behind have their turn
            return ask(
                    new PublicationWant.Replace(kept.get()),
                    tried -> replaced(item, tried, flight.prepared().key()));
        });
    }

    /// The bytes of what was given up are gone, and never sent again: that the number is nobody's takes its
    /// nonce. Of what somebody else brought, and whose bytes are gone, the same content does. Should the one
    /// before land all the same, it has the number, as if it had come first at another nonce. Where the number
    /// is taken, this uses up the nonce, and nothing else.
    private Move takePlace(Item item, Phase.UnderWay flight) {
        waitAnew();
        return ask(new PublicationWant.Loaded(item), load -> switch (load) {
            case Load.Ready(var same) ->
                ask(
                        new PublicationWant.TakePlace(flight.prepared().request(), same),
                        tried -> replaced(item, tried, fixed.key()));
            case Load.Gone _, Load.Unreadable _ -> notReplaced(NOT_KEPT + ", nor what it brings");
        });
    }

    private Move replaced(Item item, Tried tried, int key) {
        return switch (tried) {
            case Tried.SetBack(var why) -> {
                identified = Optional.empty();
                yield notReplaced(String.valueOf(why.getMessage()));
            }
            case Tried.Came(Preparation.Refused(var reason)) -> notReplaced(reason);
            case Tried.Came(Preparation.TooManyHandOvers many) -> notReplaced(many.sentence());
            case Tried.Came(Preparation.Ready(var dearer)) -> signedInstead(item, dearer, key);
        };
    }

    private Move notReplaced(String reason) {
        hanging = hanging.map(found -> new Hanging(found.number, found.nonce, found.since, found.dearer, reason));
        return NOTHING;
    }

    private Move signedInstead(Item item, SignedRequest dearer, int key) {
        var dropped = new PublicationEntry.Dropped(now.wall(), item.number(), PublicationEntry.Dropped.REPLACED);
        Supplier<Move> anew = () -> write(dropped, () -> signed(item, dearer, key));
        return ask(
                new PublicationWant.Keep(item.number(), dearer),
                // As if it were not there any more: an entry about a request follows no other to releases before.
                _ -> item.phase() instanceof Phase.Seen seen ? write(reorged(seen), anew) : anew.get());
    }

    private Move submit(Item item, Phase.UnderWay flight) {
        var known = flight.prepared().request();
        return orGiveUp(
                item,
                () -> durable(
                        item.number(),
                        () -> ask(new PublicationWant.Kept(item.number(), known), kept -> {
                            if (kept.isEmpty()) return dropped(item, NOT_KEPT);
                            unseen.remove(
                                    known.id()); // before it is sent: whatever comes of it, somebody may have seen
                            // the bytes
                            return ask(
                                    new PublicationWant.Submit(kept.get()), outcome -> offered(item, flight, outcome));
                        })));
    }

    private Move offered(Item item, Phase.UnderWay flight, SubmitOutcome outcome) {
        return switch (outcome) {
            case SubmitOutcome.Accepted _, SubmitOutcome.AlreadyKnown _ -> taken(item, flight);
            case SubmitOutcome.Answered _ ->
                throw new IllegalStateException(config.name() + " answers a publication with an anchor");
            // What it takes the place of may land, whatever becomes of this one.
            case SubmitOutcome.RefusedForGood(var reason) ->
                item.dearer() > 0 ? ambiguous(item, flight, reason) : setAside(item, reason);
            case SubmitOutcome.Unknown(var cause) -> ambiguous(item, flight, cause);
        };
    }

    /// One that is taken again and again, and that the ledger does not show, waits like one that it shows.
    private Move taken(Item item, Phase.UnderWay flight) {
        if (!flight.taken() || !flight.cause().isEmpty()) {
            return write(new PublicationEntry.Sent(now.wall(), item.number()));
        }
        return !isParked() && isStuck(item, flight) ? replace(item, flight) : NOTHING;
    }

    /// Written once for a row of unknown outcomes, so that a ledger that stays away does not fill the disk.
    private Move ambiguous(Item item, Phase.UnderWay flight, String cause) {
        identified = Optional.empty();
        // A pool that is full, or takes nothing below the price of the day, never lets it wait in it.
        if (!isParked() && isStuck(item, flight)) return replace(item, flight);
        String said = cause.isEmpty() ? "no answer" : cause;
        return flight.cause().isEmpty()
                ? write(new PublicationEntry.Ambiguous(now.wall(), item.number(), said))
                : NOTHING;
    }

    /// One that cannot land counts for nothing: its nonce was used, its identity ended, or its endorsers forgot
    /// it, whatever it is about. Nor does one that an earlier sealing key signed: the ledger may have learned of
    /// the next one meanwhile.
    private Move drop(Item item, Phase.UnderWay flight, String cause) {
        boolean isByKey = flight.prepared().key() >= fixed.key();
        boolean counts = !flight.stale() && isByKey && PublicationEntry.Dropped.counts(cause);
        return counts && item.drops() + 1 >= config.attempts()
                ? setAside(item, config.attempts() + " requests had no effect, the last: " + cause)
                : dropped(item, cause);
    }

    private Move dropped(Item item, String cause) {
        if (!PublicationEntry.Dropped.counts(cause)) inVain.merge(item.number(), 1, Integer::sum);
        return write(new PublicationEntry.Dropped(now.wall(), item.number(), cause));
    }

    private Move setAside(Item item, String cause) {
        return write(new PublicationEntry.SetAside(now.wall(), item.number(), cause));
    }

    private PublicationEntry.Reorged reorged(Phase.Seen seen) {
        return new PublicationEntry.Reorged(
                now.wall(), seen.included().number(), seen.included().place());
    }

    // --- small things

    /// Nothing is asked of, or sent to, another ledger than the one that was reached first. Who has become
    /// another one meanwhile was away in between, so it is asked anew after whatever failed.
    private Move onceIdentified(Function<AnchorIdentity, Move> then) {
        var known = progress.reached().map(PublicationEntry.Reached::ledger);
        if (identified.isPresent()) return then.apply(identified.get().identity());
        return ask(new PublicationWant.Identify(known), found -> {
            if (known.isEmpty() || known.get().equals(found)) {
                identified = Optional.of(new Identified(found, now.nanos()));
                return then.apply(found);
            }
            return new Move.Stuck(
                    config.name() + " is another ledger for publications now: found " + found + ", expected "
                            + known.get(),
                    "nothing is sent to it; restore the one that was; or begin anew there: stop the gateway and move"
                            + " the folders " + folders() + " away, and what waited is not published");
        });
    }

    private String folders() {
        return "published-" + config.name() + ", publishing-" + config.name() + " and, where it is there, finished-"
                + config.name();
    }

    private boolean isParked() {
        return orders.anchorage().parked();
    }

    private void refill() {
        long passed = now.nanos() - refilled.orElse(now.nanos());
        double perNano = config.perMinute() / (double) Duration.ofMinutes(1).toNanos();
        tokens = Math.min(config.perMinute(), tokens + passed * perNano);
        refilled = OptionalLong.of(now.nanos());
    }

    private Move write(PublicationEntry entry) {
        return write(entry, () -> WRITTEN);
    }

    /// The fold moves on after the answer; nobody acts on it before it is durable.
    private Move write(PublicationEntry entry, Supplier<Move> then) {
        return ask(new PublicationWant.Write(entry), index -> {
            progress.apply(entry, index);
            // What is given up may be of records that are to be erased.
            if (entry instanceof PublicationEntry.GivenUp gone) tries.remove(gone.number());
            isUnforced = true;
            written++;
            return then.get();
        });
    }

    private static <A> Move ask(PublicationWant<A> want, Function<A, Move> then) {
        return new Move.Ask<>(want, then, Optional.empty());
    }
}
