package org.sealpost.anchor;

import static org.sealpost.anchor.RelayMove.WRITTEN;
import static org.sealpost.anchor.RelayMove.ask;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.sealpost.anchor.Progress.Phase;
import org.sealpost.anchor.RelayMove.Stuck;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.lodging.OriginId;

/// The move that is being made, for all parts of the core: when that is, where the relay stands, what people have
/// ordered, what it writes, and who the anchorage is.
///
/// Belongs to whoever makes moves, but for what it was made of and [#phase], which any thread may ask.
final class RelayTurn {
    private final RelayConfig config;
    private final Progress progress;
    private final Capabilities can;
    private final Optional<Duration> stuckAfter;
    private final Replacements replacements;

    private Moment now = new Moment(Instant.EPOCH, 0);
    private RelayOrders orders = RelayOrders.NONE;

    // Somebody wants it sent now: until something was written, or what is under way was looked at.
    private boolean again;

    /// @param progress the fold over the relay's journal, which goes on here with each entry that is written
    /// @param can of the anchorage
    /// @param stuckAfter how long a request may wait before a dearer one is made in its place; empty where
    ///     none is
    /// @param replacements the fold over those that were made, which goes on here, too
    RelayTurn(
            RelayConfig config,
            Progress progress,
            Capabilities can,
            Optional<Duration> stuckAfter,
            Replacements replacements) {
        this.config = config;
        this.progress = progress;
        this.can = can;
        this.stuckAfter = stuckAfter;
        this.replacements = replacements;
    }

    /// It begins, or goes on, at this moment.
    void goOn(Moment moment) {
        now = moment;
    }

    RelayConfig config() {
        return config;
    }

    Progress progress() {
        return progress;
    }

    Phase phase() {
        return progress.phase();
    }

    Capabilities can() {
        return can;
    }

    Optional<Duration> stuckAfter() {
        return stuckAfter;
    }

    // --- when it is

    Moment now() {
        return now;
    }

    long nanos() {
        return now.nanos();
    }

    Instant wall() {
        return now.wall();
    }

    boolean isDue(OptionalLong time) {
        return time.isEmpty() || now.nanos() - time.getAsLong() >= 0;
    }

    OptionalLong in(Duration wait) {
        return OptionalLong.of(now.nanos() + wait.toNanos());
    }

    // --- what people have ordered

    void heed(RelayOrders said) {
        orders = said;
    }

    /// Whether people ordered that nothing is sent.
    boolean isParked() {
        return orders.parked();
    }

    boolean isWantedAgain() {
        return again;
    }

    void wantAgain() {
        again = true;
    }

    void wantNoMore() {
        again = false;
    }

    /// When a person was told, as orders are measured by it: one that was heard of before is older, whatever the clock
    /// of the box was set to in between.
    Instant toldAt() {
        return orders.resubmittedAt().isAfter(now.wall()) ? orders.resubmittedAt() : now.wall();
    }

    // --- what is written

    RelayMove write(RelayEntry entry) {
        return write(entry, () -> WRITTEN);
    }

    /// The fold moves on only after the answer: what is not durable has not happened.
    RelayMove write(RelayEntry entry, Supplier<RelayMove> then) {
        return ask(new Want.Write(entry), index -> {
            progress.apply(entry, index);
            return then.get();
        });
    }

    /// That this dearer request may land in the place of one.
    RelayMove writeReplaced(RelayEntry.Prepared prepared, SignedRequest dearer) {
        var entry = new ReplacedEntry.Replaced(now.wall(), prepared.request().id(), dearer);
        return ask(new Want.WriteReplaced(originId(), entry), written -> {
            replacements.apply(written);
            return WRITTEN;
        });
    }

    /// The request, and what was made in its place.
    RequestRow row(RelayEntry.Prepared prepared) {
        return replacements.row(prepared.request());
    }

    // --- whose log it is, and who the anchorage is

    OriginId originId() {
        return progress.opened().orElseThrow().origin();
    }

    void requireSameOrigin(OriginId ours) {
        var opened = progress.opened();
        if (opened.isPresent() && !opened.get().origin().equals(ours)) {
            throw new IllegalStateException("the journal belongs to origin id "
                    + opened.get().origin() + ", the head to " + ours
                    + ": each origin has anchors journals of its own");
        }
    }

    /// Nothing is asked of, or sent to, another anchorage than the one that the journal began with.
    RelayMove onceIdentified(Function<AnchorIdentity, RelayMove> then) {
        var opened = progress.opened();
        return ask(new Want.Identify(opened.map(RelayEntry.Opened::anchorage)), found -> {
            if (opened.isEmpty() || opened.get().anchorage().equals(found)) return then.apply(found);
            return another(found, opened.get().anchorage());
        });
    }

    private RelayMove another(AnchorIdentity found, AnchorIdentity expected) {
        return new Stuck(
                config.name() + " is another anchorage now: " + IdentityDifference.words(found, expected),
                "nothing is sent to it; restore the one that was, or configure this one under a new name");
    }
}
