package org.sealpost.app;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.sealpost.admin.HealthView;
import org.sealpost.anchor.Agreement;
import org.sealpost.anchor.Anchored;
import org.sealpost.anchor.Relay;
import org.sealpost.anchor.UnreadableRelay;
import org.sealpost.anchor.Withheld;
import org.sealpost.hsm.TokenHealth;
import org.sealpost.stage.Stage;
import org.sealpost.stage.StageHealth;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Seals what no ledger contradicts: a box that was restored from an older copy, or copied, must not sign other entries
/// at indexes that others have seen (DESIGN §4). What it takes meanwhile waits as captured.
///
/// After a start the ledgers that hold heads of this log are asked first, and waited for, though not for long: a ledger
/// that is away stops no seal (P5). Time counts only while the token could seal: some ledgers are asked with a key
/// that is in it, so that nobody was asked while it was away, and nothing was sealed either. One that contradicts
/// later stops it from then on, until it agrees; so does one that says so without anybody who confirms it yet.
///
/// What else the sealing key signs, which is publications, waits for the same word: [#withheld].
final class HistoryGuard implements Stage {
    static final Duration PATIENCE = Duration.ofSeconds(10);

    /// While its first question is under way: one node that is silent may take a whole `deadline`.
    static final Duration PATIENCE_WHILE_ASKED = Duration.ofMinutes(1);

    private static final Logger LOG = LoggerFactory.getLogger(HistoryGuard.class);
    private static final String WELL = "records wait as captured and are sealed by themselves";
    private static final String WHERE_NOBODY_ANSWERED = "none, if this data directory is the newest; if it came from a"
            + " backup, or was copied, stop the gateway, and start it where its ledgers are reached";

    /// Of publications before there is a guard, and until it lets anything be sealed.
    static final Withheld NOT_BEGUN = new Withheld(
            "nothing is published before sealing has begun since the start",
            "none needed while it passes; else as is said of sealer and token",
            false);

    private final Stage sealer;
    private final List<Ledger> ledgers;
    private final BooleanSupplier canSeal;
    private final InstantSource clock;
    private final LongSupplier nanoTime;

    // Owned by whoever steps: for how long it was waited, up to which moment, whether the token could seal then,
    // and how often each ledger was asked by when it could not do so last.
    private long waitedNanos;
    private long upTo;
    private boolean couldSeal;
    private final Map<String, Long> looksBefore = new HashMap<>();

    // Written by whoever steps, read by any thread: since when it seals, and who contradicted and has not agreed since.
    private volatile Optional<Instant> open = Optional.empty();
    private volatile List<String> against = List.of();
    private volatile List<String> doubting = List.of();

    // Who answered in this process that what it holds is this log's, and said nothing against it since. One that is to
    // be compared again, as after a courier's head that is not final yet, has answered. Any thread.
    private final Set<String> answered = ConcurrentHashMap.newKeySet();

    /// What a guard asks of a ledger.
    interface Ledger {
        String name();

        Agreement agreement();

        /// How often it was asked, whatever came of it.
        long looks();
    }

    /// @param canSeal whether the token is there; asked at each step
    HistoryGuard(
            Stage sealer, List<Ledger> ledgers, BooleanSupplier canSeal, InstantSource clock, LongSupplier nanoTime) {
        this.sealer = sealer;
        this.ledgers = List.copyOf(ledgers);
        this.canSeal = canSeal;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.upTo = nanoTime.getAsLong();
        this.couldSeal = canSeal.getAsBoolean();
    }

    /// Of a token that refuses one key, or cannot tell it, the others may seal.
    static boolean canSeal(TokenHealth.State token) {
        return switch (token) {
            case READY, KEY_REFUSED, AMBIGUOUS_KEY -> true;
            case RECOVERING, UNRESPONSIVE, ABSENT, AMBIGUOUS_TOKEN, PIN_BLOCKED, LOCKED_OUT, FOREIGN_STORE, CLOSED ->
                false;
        };
    }

    /// Those that keep one history of a log, elsewhere than on this box: what stands here came back with the backup.
    static List<Ledger> of(List<Anchored> all) {
        var ledgers = new ArrayList<Ledger>();
        for (var each : all) {
            if (each instanceof Relay relay && relay.keepsHistoryElsewhere()) ledgers.add(new OfRelay(relay));
            if (each instanceof UnreadableRelay unread && unread.doubt().isPresent())
                ledgers.add(new Doubted(unread.name()));
        }
        return ledgers;
    }

    /// Of a ledger that said something against the log, and whose relay cannot be read since.
    private record Doubted(String name) implements Ledger {
        @Override
        public Agreement agreement() {
            return Agreement.DOUBTED;
        }

        @Override
        public long looks() {
            return 0;
        }
    }

    private record OfRelay(Relay relay) implements Ledger {
        @Override
        public String name() {
            return relay.name();
        }

        @Override
        public Agreement agreement() {
            return relay.agreement();
        }

        @Override
        public long looks() {
            return relay.looks();
        }
    }

    @Override
    public String name() {
        return sealer.name();
    }

    /// @throws LogContradicted while a ledger holds another history of this log, or more of it than is here, or says so
    @Override
    public int step() throws Exception {
        hear();
        against = contradicting();
        doubting = doubting();
        if (open.isEmpty()) countTime(nanoTime.getAsLong());
        if (!against.isEmpty()) throw new LogContradicted(against);
        if (!doubting.isEmpty()) throw LogContradicted.unconfirmed(doubting);
        if (open.isEmpty() && mayBegin(unasked())) open = Optional.of(clock.instant());
        return open.isPresent() ? sealer.step() : 0;
    }

    private void hear() {
        for (var ledger : ledgers) {
            switch (ledger.agreement()) {
                case AGREES -> answered.add(ledger.name());
                case CONTRADICTS, DOUBTED -> answered.remove(ledger.name());
                case NOT_ASKED -> {}
            }
        }
    }

    /// Those that contradict, and those that did and have not agreed since.
    private List<String> contradicting() {
        var before = against;
        return named(ledger -> switch (ledger.agreement()) {
            case CONTRADICTS -> true;
            case NOT_ASKED, DOUBTED -> before.contains(ledger.name());
            case AGREES -> false;
        });
    }

    private List<String> doubting() {
        return named(ledger -> ledger.agreement() == Agreement.DOUBTED);
    }

    /// Between two steps may be seconds: of those that ended otherwise than they began nobody knows how many were
    /// without the token.
    private void countTime(long now) {
        boolean canSealNow = canSeal.getAsBoolean();
        if (canSealNow && couldSeal) waitedNanos += now - upTo;
        else for (var ledger : ledgers) looksBefore.put(ledger.name(), ledger.looks());
        couldSeal = canSealNow;
        upTo = now;
    }

    private boolean mayBegin(List<String> unasked) {
        if (unasked.isEmpty()) return true;
        if (waitedNanos < PATIENCE.toNanos()) return false;
        boolean isBeingAsked = ledgers.stream()
                .anyMatch(ledger -> unasked.contains(ledger.name())
                        && ledger.looks() <= looksBefore.getOrDefault(ledger.name(), 0L));
        if (isBeingAsked && waitedNanos < PATIENCE_WHILE_ASKED.toNanos()) return false;
        LOG.warn("{}: {}; remedy: {}", name(), silence(unasked), WHERE_NOBODY_ANSWERED);
        return true;
    }

    /// Why nothing is signed for publications to an anchorage, as the ledgers say now, whatever a step waits for.
    /// The one that it goes to must have answered, too: who reaches it to publish can ask it, and an older copy
    /// that sealed without a network would else publish before it is told. Any thread.
    ///
    /// @param anchorage by its name
    Optional<Withheld> withheld(String anchorage) {
        hear();
        var contradicting = contradicting();
        if (!contradicting.isEmpty()) {
            var one = contradicting.getFirst();
            return Optional.of(withheld(
                    new LogContradicted(contradicting),
                    "as is said of relay " + one
                            + ": sealpost origin succeed begins an origin that goes on from this one,"
                            + " for the reason two-histories or restored; if " + one
                            + " was wrong, sealpost anchor resubmit " + one + " has it asked once more"));
        }
        var doubting = doubting();
        if (!doubting.isEmpty()) {
            return Optional.of(withheld(
                    LogContradicted.unconfirmed(doubting),
                    "as is said of relay " + doubting.getFirst() + ": if this data directory came from a backup, or was"
                            + " copied, stop the gateway and look for the newer one; if a node is wrong, take it out of"
                            + " the configuration"));
        }
        if (open.isEmpty()) return Optional.of(NOT_BEGUN);
        if (!unasked().contains(anchorage)) return Optional.empty();
        return Optional.of(new Withheld(
                "nothing is published to " + anchorage + " before it has answered since the start what it holds of this"
                        + " log",
                "none needed once it answers; else as is said of relay " + anchorage,
                false));
    }

    private static Withheld withheld(LogContradicted why, String remedy) {
        return new Withheld("nothing is published, and " + why.getMessage(), remedy, true);
    }

    private String silence(List<String> unasked) {
        return (unasked.size() == ledgers.size() ? "no ledger" : "not every ledger")
                + " answered since the start what it holds of this log (not yet: " + String.join(", ", unasked)
                + "); sealing goes on";
    }

    /// Those that have not answered since the start.
    private List<String> unasked() {
        return named(ledger -> switch (ledger.agreement()) {
            case AGREES, CONTRADICTS, DOUBTED -> false;
            case NOT_ASKED -> !answered.contains(ledger.name());
        });
    }

    private List<String> named(Predicate<Ledger> which) {
        return ledgers.stream().filter(which).map(Ledger::name).toList();
    }

    @Override
    public Duration pause() {
        return open.isPresent() ? sealer.pause() : Duration.ZERO;
    }

    /// How sealing is, as a part of the box's health; of one that goes on without the word of a ledger it says so. Any
    /// thread.
    HealthView.Part part(StageHealth sealing) {
        if (sealing.failing()) {
            return new HealthView.Part(
                    name(),
                    false,
                    sealing.cause().orElse("unknown"),
                    against.isEmpty() && doubting.isEmpty()
                            ? WELL
                            : "as is said of the relay; records wait as captured meanwhile",
                    sealing.since());
        }
        hear();
        var unasked = unasked();
        if (open.isEmpty() || unasked.isEmpty()) return new HealthView.Part(name(), true, "", "", Optional.empty());
        return new HealthView.Part(name(), true, silence(unasked), WHERE_NOBODY_ANSWERED, open);
    }

    /// Nothing is sealed because of that.
    static final class LogContradicted extends Exception {
        private static final long serialVersionUID = 1;

        LogContradicted(List<String> ledgers) {
            this(ledgers, " holds another history of this log, or more of it than is here");
        }

        private LogContradicted(List<String> ledgers, String what) {
            super("nothing is sealed, since " + String.join(", ", ledgers) + what);
        }

        static LogContradicted unconfirmed(List<String> ledgers) {
            return new LogContradicted(
                    ledgers,
                    " says that it holds another history of this log, or more of it than is here, and has not taken that"
                            + " back");
        }
    }
}
