package org.sealpost.anchor;

import static org.sealpost.anchor.PublicationMove.WRITTEN;
import static org.sealpost.anchor.PublicationMove.ask;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.sealpost.anchor.PublicationMove.Ask;
import org.sealpost.anchor.PublicationMove.Rest;
import org.sealpost.anchor.PublicationMove.Stuck;
import org.sealpost.evidence.AnchorIdentity;

/// The move that is being made, for all parts of the core: when that is, what people have ordered, what it wrote, and
/// who the ledger is.
///
/// What it writes is folded at once, and made durable together: before anything is sent, before the ledger is asked
/// about a number that is new, and before the move ends.
final class PublicationTurn {
    /// So long it need not be asked again who the ledger is, while all that it was asked since was answered.
    private static final Duration IDENTITY_HOLDS = Duration.ofSeconds(2);

    private final PublicationConfig config;
    private final PublicationTerms terms;
    private final PublicationProgress progress;

    private Moment now = new Moment(Instant.EPOCH, 0);
    private PublicationOrders orders = PublicationOrders.NONE;
    private Optional<Identified> identified = Optional.empty();

    // Whether the last thing that was wanted has been answered.
    private boolean isAnswered = true;

    // Whether something was written that may not be durable, and the numbers whose requests are among it.
    private boolean isUnforced;
    private final Set<Long> unforcedRequests = new HashSet<>();

    private int written;

    /// Who the ledger is, and when it told.
    private record Identified(AnchorIdentity identity, long nanos) {}

    /// @param progress the fold over the relay's journal, which goes on here with each entry that is written
    PublicationTurn(PublicationConfig config, PublicationTerms terms, PublicationProgress progress) {
        this.config = config;
        this.terms = terms;
        this.progress = progress;
    }

    void begin(Moment moment) {
        now = moment;
        boolean holds =
                isAnswered && identified.isPresent() && now.nanos() - identified.get().nanos < IDENTITY_HOLDS.toNanos();
        if (!holds) identified = Optional.empty();
        written = 0;
    }

    void heed(PublicationOrders said) {
        orders = said;
    }

    /// It goes on at this moment.
    void goOn(Moment moment) {
        now = moment;
    }

    /// A question that is left without an answer is one that failed.
    PublicationMove noting(PublicationMove move) {
        isAnswered = !(move instanceof Ask<?>);
        return move;
    }

    boolean isAnswered() {
        return isAnswered;
    }

    PublicationConfig config() {
        return config;
    }

    PublicationTerms terms() {
        return terms;
    }

    PublicationProgress progress() {
        return progress;
    }

    Moment now() {
        return now;
    }

    long nanos() {
        return now.nanos();
    }

    Instant wall() {
        return now.wall();
    }

    PublicationOrders orders() {
        return orders;
    }

    /// Whether people ordered that nothing is sent.
    boolean isParked() {
        return orders.anchorage().parked();
    }

    /// Whether nothing is made, signed or sent: it is parked, or withheld.
    boolean sendsNothing() {
        return orders.sendNothing();
    }

    // --- what is written

    /// How many entries in this move.
    int written() {
        return written;
    }

    PublicationMove write(PublicationEntry entry) {
        return write(entry, () -> WRITTEN);
    }

    /// The fold moves on after the answer; nobody acts on it before it is durable.
    PublicationMove write(PublicationEntry entry, Supplier<PublicationMove> then) {
        return ask(new PublicationWant.Write(entry), index -> {
            progress.apply(entry, index);
            isUnforced = true;
            written++;
            return then.get();
        });
    }

    /// What was written last is about a request of this number.
    void noteRequest(long number) {
        unforcedRequests.add(number);
    }

    /// Goes on once all that was written is durable.
    PublicationMove durable(Supplier<PublicationMove> then) {
        if (!isUnforced) return then.get();
        return ask(new PublicationWant.Durable(), _ -> {
            isUnforced = false;
            unforcedRequests.clear();
            return then.get();
        });
    }

    /// Goes on once the request of a number is durable, whatever else is not.
    PublicationMove durable(long number, Supplier<PublicationMove> then) {
        return unforcedRequests.contains(number) ? durable(then) : then.get();
    }

    PublicationMove end() {
        return durable(() -> new Rest(written));
    }

    // --- who the ledger is

    boolean isIdentified() {
        return identified.isPresent();
    }

    /// It did not do, or not tell, what it was asked for: it may be another one by now.
    void identifyAnew() {
        identified = Optional.empty();
    }

    /// Nothing is asked of, or sent to, another ledger than the one that was reached first. Who has become
    /// another one meanwhile was away in between, so it is asked anew after whatever failed.
    PublicationMove onceIdentified(Function<AnchorIdentity, PublicationMove> then) {
        var known = progress.reached().map(PublicationEntry.Reached::ledger);
        if (identified.isPresent()) return then.apply(identified.get().identity());
        return ask(new PublicationWant.Identify(known), found -> {
            if (known.isEmpty() || known.get().equals(found)) {
                identified = Optional.of(new Identified(found, now.nanos()));
                return then.apply(found);
            }
            return new Stuck(
                    config.name() + " is another ledger for publications now: found " + found + ", expected "
                            + known.get(),
                    "nothing is sent to it; restore the one that was; or begin anew there: stop the gateway and move"
                            + " the folders " + folders() + " away, and what waited is not published");
        });
    }

    /// What is moved away where it begins anew.
    String folders() {
        return "published-" + config.name() + ", publishing-" + config.name() + " and, where it is there, finished-"
                + config.name();
    }
}
