package org.sealpost.ota;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.Optional;
import java.util.SortedSet;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Decides what the agent does: from its acts, from where the box was booted, and from what became of what it
/// did last. It does no I/O, has no thread and no clock.
///
/// Whoever drives it takes [#next], tells [#begins], does that, and tells [#done]; a [Next.Write]
/// is made durable and told to [#wrote]. It may be thrown away between any two calls: a new one
/// over the same acts goes on.
final class UpdateCore {
    /// So many boots the other slot is asked for before it counts as one that never boots.
    private static final int MAX_REBOOTS = 5;

    private static final Duration FIRST_CHECK_WITHIN = Duration.ofMinutes(5);
    private static final Duration REBOOT_AGAIN = Duration.ofMinutes(1);

    private final Box box;
    private final Pace pace;
    private final RandomGenerator random;
    private final Deque<Next.Write> pending = new ArrayDeque<>();
    private final Backoff backoff;
    private Memory memory;

    // Of this boot.
    private boolean proven;
    private @Nullable Proving proving;
    private boolean rebootAsked;

    // Of this process.
    private final Looks server;
    private final Looks atStick;

    // Whose metadata were verified last: only they are surely not older than what the box has seen.
    private Optional<Offer.From> verified = Optional.empty();
    private long retryAt;
    private long lastByteAt;
    private boolean examined;
    private boolean triesTaken;
    private boolean triesAsked;
    private UpdateAct.@Nullable Refused refused;
    private boolean primaryHere;
    private boolean stick;
    private Optional<Setback> setback = Optional.empty();

    /// Where and how this process began.
    ///
    /// @param booted      the slot that runs
    /// @param proven      whether it is the slot that proved itself last
    /// @param installed   what it holds
    /// @param givenUp     whether the box was told, before this boot, to boot the other slot instead
    /// @param trialSince  when the agent first ran in this boot
    /// @param passed      whether the boot check was told in this boot that the slot is good
    /// @param rebootAsked whether the system was told to boot anew in this boot
    /// @param damage      why the acts cannot be read; then nothing is installed
    /// @param room        why there is no room for a bundle; empty if there is
    record Box(
            Slot booted,
            boolean proven,
            Installed installed,
            boolean givenUp,
            long trialSince,
            boolean passed,
            boolean rebootAsked,
            Optional<String> damage,
            Function<ReleaseDescriptor.Bundle, Optional<String>> room) {}

    /// @param sinceNanos when it began
    record Setback(String sentence, long sinceNanos) {}

    UpdateCore(Memory memory, Box box, Pace pace, RandomGenerator random, long now) {
        this.memory = memory;
        this.box = box;
        this.pace = pace;
        this.random = random;
        this.backoff = new Backoff(pace.firstRetry(), pace.longestRetry(), random);
        this.proven = box.proven();
        this.rebootAsked = box.rebootAsked();
        var within = Math.min(FIRST_CHECK_WITHIN.toNanos(), pace.checkInterval().toNanos() / 10);
        this.server = new Looks(pace, random, now + random.nextLong(within + 1));
        this.atStick = new Looks(pace, random, now);
        this.retryAt = now;
        this.lastByteAt = now;
    }

    Memory memory() {
        return memory;
    }

    /// What it waits out at the moment.
    Optional<Setback> setback() {
        var under = proving;
        if (!proven && under != null && !under.hasPassed()) {
            return Optional.of(new Setback(under.missing(), box.trialSince()));
        }
        return setback.or(() -> stick ? atStick.setback() : Optional.empty()).or(server::setback);
    }

    /// Whether the booted slot has still to prove itself.
    boolean onTrial() {
        return !proven;
    }

    /// @param stick whether a stick with releases is there
    Next next(long now, boolean stick) {
        if (stick != this.stick) stickChanged(stick, now);
        if (!pending.isEmpty()) return pending.getFirst();
        if (box.damage().isPresent())
            return proven ? new Next.Wait(now + pace.checkInterval().toNanos()) : prove(now);
        if (!isTooOld() && memory.wentBack().isPresent()) return write(booted());
        var target = memory.state().target();
        var next = target.isPresent() && target.get() == box.booted() ? inNewSlot(now) : inOldSlot(now);
        return pending.isEmpty() ? next : pending.getFirst();
    }

    private void stickChanged(boolean there, long now) {
        stick = there;
        if (verified.equals(Optional.of(Offer.From.STICK))) verified = Optional.empty();
        if (!there) return;
        atStick.changed(now);
        if (memory.state().inQuestion().map(Offer::from).equals(Optional.of(Offer.From.STICK))) retryAt = now;
    }

    private Next inNewSlot(long now) {
        var offer = memory.state().inQuestion().orElseThrow();
        if (proven) {
            var release = offer.release();
            return write(new UpdateAct.Confirmed(
                    release.version(), box.booted(), release.securityEpoch(), release.dataFormat()));
        }
        // The other one does not come up (rule 3 of the boot decision), so this one is what there is.
        if (memory.state() instanceof State.Failed failed) return box.givenUp() ? prove(now) : leave(failed, now);
        var differs = box.installed().differenceFrom(offer.release());
        return differs.isPresent() ? write(new UpdateAct.Failed(offer.version(), differs.get())) : prove(now);
    }

    private Next leave(State.Failed failed, long now) {
        if (now < retryAt) return new Next.Wait(retryAt);
        if (failed.left()) return new Next.Reboot();
        if (triesTaken) {
            return write(new UpdateAct.Rebooting(
                    failed.offer().version(), failed.slot().other(), failed.slot(), Collections.emptySortedSet()));
        }
        // Where they cannot be taken, they are used up one by one.
        return triesAsked ? new Next.Reboot() : new Next.TakeTries(failed.slot());
    }

    /// Whether a release runs that must not come back, as far as another one does.
    private boolean isTooOld() {
        return box.installed().securityEpoch() < memory.epoch();
    }

    private UpdateAct booted() {
        var installed = box.installed();
        return new UpdateAct.Booted(installed.version(), box.booted(), installed.securityEpoch());
    }

    /// The other slot only lost its tries, perhaps: it is asked once more before this one may prove itself.
    private Next goBack(long now) {
        if (now < retryAt) return new Next.Wait(retryAt);
        if (memory.wentBack().equals(Optional.of(box.booted()))) return new Next.Reboot();
        return triesTaken ? write(booted()) : new Next.TakeTries(box.booted());
    }

    private Next prove(long now) {
        var under = proving;
        if (under == null) {
            boolean fellBack = memory.state() instanceof State.Failed failed && failed.slot() == box.booted()
                    || memory.notAgain().contains(box.installed().version());
            proving = under = new Proving(pace, trial(), fellBack, now);
            if (box.passed()) under.passed(true, now);
        }
        return under.next(now, this::fail).orElseGet(pending::getFirst);
    }

    private Optional<Proving.Trial> trial() {
        if (!isTrial()) return Optional.empty();
        SortedSet<String> red = switch (memory.state()) {
            case State.Installing state -> state.red();
            case State.Installed state -> state.red();
            case State.Trial state -> state.red();
            default ->
                throw new IllegalStateException(
                        "no trial in the state " + memory.state().word());
        };
        long end = box.trialSince() + pace.trialDeadline().toNanos();
        return Optional.of(new Proving.Trial(memory.state().inQuestion().orElseThrow(), red, end));
    }

    /// Whether an update led here, and is not over.
    private boolean isTrial() {
        return box.damage().isEmpty()
                && memory.state().target().equals(Optional.of(box.booted()))
                && !(memory.state() instanceof State.Failed);
    }

    private void fail(String why) {
        memory.state().inQuestion().ifPresent(offer -> write(new UpdateAct.Failed(offer.version(), why)));
    }

    private Next inOldSlot(long now) {
        if (!proven) return isTooOld() && !box.givenUp() ? goBack(now) : prove(now);
        if (now < retryAt && !(memory.state() instanceof State.Idle || memory.state() instanceof State.Offered)) {
            return new Next.Wait(retryAt);
        }
        return switch (memory.state()) {
            case State.Idle _ -> checkWhenDue(now);
            case State.Offered(var offer) ->
                isTakenByItself(offer) ? write(new UpdateAct.Ordered(offer.version())) : checkWhenDue(now);
            case State.Fetching(var offer) -> fetch(offer, now);
            case State.Staged(var offer) -> {
                var refused = choice().refusal(offer);
                if (refused.isPresent()) yield write(refused.get());
                yield examined ? new Next.Look() : new Next.Examine(offer);
            }
            case State.Installing(var offer, var slot, var _) -> install(offer, slot);
            case State.Installed _ -> primaryHere ? new Next.Look() : new Next.AskPrimary();
            case State.Trial trial -> bootAgain(trial);
            case State.Failed failed ->
                write(new UpdateAct.RolledBack(failed.offer().version(), failed.why()));
        };
    }

    private Next checkWhenDue(long now) {
        boolean hasServer = memory.source().url().isPresent();
        if (stick && atStick.isDue(now)) return new Next.Check(Offer.From.STICK);
        if (hasServer && server.isDue(now)) return new Next.Check(Offer.From.URL);
        long then = now + pace.checkInterval().toNanos();
        if (stick) then = Math.min(then, atStick.at());
        return new Next.Wait(hasServer ? Math.min(then, server.at()) : then);
    }

    private Looks looks(Offer.From from) {
        return from == Offer.From.STICK ? atStick : server;
    }

    private Next fetch(Offer offer, long now) {
        var refused = choice().refusal(offer);
        if (refused.isPresent()) return write(refused.get());
        if (now - lastByteAt > pace.patience().toNanos()) return write(unavailable(offer));
        // Else the trial might refuse its source, as older than what the other one showed meanwhile.
        if (!isVerified(offer)) return new Next.Check(offer.from());
        return new Next.Fetch(offer);
    }

    /// The slot may hold the release already, from before a power cut. Where it is refused now it must not be
    /// booted.
    private Next install(Offer offer, Slot slot) {
        if (refused != null) return triesTaken ? write(refused) : new Next.TakeTries(slot);
        return examined ? new Next.Install(offer, slot) : new Next.Examine(offer);
    }

    private UpdateAct.Refused unavailable(Offer offer) {
        var why = "release %s could not be fetched (%s); see that its source can be reached, and order it again"
                .formatted(offer.version(), setback.map(Setback::sentence).orElse("nothing came of it"));
        return new UpdateAct.Refused(Rule.UNAVAILABLE, offer.release().bundle().path(), why, offer);
    }

    /// The slot that a reboot was to lead to is not the booted one: either the reboot is still to come, or all
    /// tries of that slot are used up.
    private Next bootAgain(State.Trial trial) {
        if (rebootAsked) return new Next.Reboot();
        if (!primaryHere) return new Next.AskPrimary();
        if (trial.reboots() < MAX_REBOOTS) {
            return write(new UpdateAct.Rebooting(trial.offer().version(), trial.slot(), box.booted(), trial.red()));
        }
        if (!triesTaken) return new Next.TakeTries(trial.slot());
        return write(new UpdateAct.RolledBack(
                trial.offer().version(),
                "slot %s was not booted, though it was asked for %d times".formatted(trial.slot(), MAX_REBOOTS)));
    }

    private Choice choice() {
        return new Choice(box.installed(), memory, box.room());
    }

    private Next write(UpdateAct act) {
        return write(act, ActEntry.AGENT);
    }

    private Next write(UpdateAct act, String by) {
        var write = new Next.Write(act, by);
        pending.add(write);
        return write;
    }

    /// The act that was to be written is durable.
    void wrote(ActEntry entry, long now) {
        memory = memory.after(entry);
        pending.poll();
        retryAt = Long.MIN_VALUE;
        setback = Optional.empty();
        backoff.reset();
        examined &= memory.state() instanceof State.Installing;
        primaryHere = false;
        triesTaken = false;
        triesAsked = false;
        refused = null;
        lastByteAt = now;
        if (entry.act() instanceof UpdateAct.Rebooting) rebootAsked = true;
        // The stick's own offer had stood back.
        if (entry.act() instanceof UpdateAct.Refused refused && refused.from() == Offer.From.URL) atStick.soon(now);
    }

    /// Tells that it is begun: orders that come from now on are later than what it finds.
    void begins(Next next) {
        if (!(next instanceof Next.Check(var from))) return;
        looks(from).begun();
        // This source may show newer metadata, beside which the other's are old.
        if (!verified.equals(Optional.of(from))) verified = Optional.empty();
    }

    /// Tells that more of a bundle came.
    ///
    /// @return whether it is still wanted
    boolean came(Offer offer, long now) {
        if (!isFetching(offer)) return false;
        lastByteAt = now;
        setback = Optional.empty();
        return true;
    }

    boolean isFetching(Offer offer) {
        return memory.state() instanceof State.Fetching(var wanted) && wanted.equals(offer);
    }

    /// Tells what became of something that was to be done.
    void done(Next what, Outcome outcome, long now) {
        if (isOver(what)) return;
        switch (what) {
            case Next.Check check -> checked(check, outcome, now);
            case Next.Look _ -> seen(outcome, now);
            case Next.Pass _ -> {
                if (proving != null) proving.passed(outcome instanceof Outcome.Done, now);
            }
            case Next.AskConfirmed _ -> confirmed(outcome, now);
            case Next.Fetch fetch -> fetched(fetch.offer(), outcome, now);
            case Next.Examine _ -> ended(outcome, now, () -> examined = true);
            case Next.Install install -> {
                // Who comes back to it reads the whole bundle again first.
                examined = false;
                var act = new UpdateAct.Installed(install.offer().version(), install.slot());
                ended(outcome, now, () -> write(act));
            }
            case Next.AskPrimary _ -> primary(outcome, now);
            case Next.TakeTries _ -> {
                triesTaken = outcome instanceof Outcome.Done;
                triesAsked = true;
                if (outcome instanceof Outcome.Setback) wait(outcome, now);
            }
            case Next.Reboot _ -> {
                retryAt = now + REBOOT_AGAIN.toNanos();
                rebootAsked = true;
            }
            case Next.Wait _ -> {}
            case Next.Write _ -> throw new IllegalStateException("what is written is told by its entry");
        }
    }

    /// Whether an order has changed meanwhile what it was about.
    private boolean isOver(Next what) {
        var about = switch (what) {
            case Next.Fetch fetch -> Optional.of(fetch.offer());
            case Next.Examine examine -> Optional.of(examine.offer());
            case Next.Install install -> Optional.of(install.offer());
            default -> memory.state().inQuestion();
        };
        return !about.equals(memory.state().inQuestion());
    }

    private void checked(Next.Check check, Outcome outcome, long now) {
        if (!proven) {
            if (proving != null) proving.checked(outcome, now);
            return;
        }
        var looks = looks(check.from());
        if (looks.isStale()) return;
        switch (memory.state()) {
            case State.Idle _, State.Offered _ -> found(check.from(), outcome, now);
            case State.Fetching(var offer)
            when check.from() == offer.from() && !isVerified(offer) -> stillThere(offer, outcome, now);
            // An order may have come while the source was looked at.
            default -> {}
        }
    }

    private void found(Offer.From from, Outcome outcome, long now) {
        switch (outcome) {
            case Outcome.Verified found -> {
                verified = Optional.of(from);
                looks(from).answered(now);
                offer(choice().among(found, from), from);
            }
            case Outcome.Refused refused -> {
                looks(from).answered(now);
                refuse(refused.why());
            }
            case Outcome.Setback problem -> looks(from).failed(problem.sentence(), now);
            default -> throw unexpected(outcome);
        }
    }

    private boolean isVerified(Offer offer) {
        return verified.equals(Optional.of(offer.from()));
    }

    /// What was ordered is looked up once more before it is fetched.
    private void stillThere(Offer offer, Outcome outcome, long now) {
        switch (outcome) {
            case Outcome.Verified(var releases, var _) -> {
                verified = Optional.of(offer.from());
                if (!releases.contains(offer.release())) write(withdrawn(offer));
            }
            case Outcome.Refused refused -> write(refused.why());
            case Outcome.Setback _ -> wait(outcome, now);
            default -> throw unexpected(outcome);
        }
    }

    private void offer(Choice.Chosen chosen, Offer.From from) {
        var standing = memory.state().inQuestion();
        if (chosen.offer().isPresent()) {
            var offer = chosen.offer().get();
            if (standing.isEmpty() || replaces(offer, standing.get())) write(new UpdateAct.Offered(offer));
            return;
        }
        var refused = chosen.refused();
        boolean gone = standing.isPresent()
                && standing.get().from() == from
                && !refused.flatMap(UpdateAct.Refused::version).equals(standing.map(Offer::version));
        if (gone) write(withdrawn(standing.get()));
        refused.ifPresent(this::refuse);
    }

    /// Of two sources' offers the higher one stands; but one that waits for an order does not keep away one
    /// that needs none, and a stick that is gone keeps nothing away.
    private boolean replaces(Offer offer, Offer standing) {
        if (offer.from() == standing.from()) return !offer.equals(standing);
        if (offer.from() == Offer.From.URL && (!stick || isTakenByItself(offer))) return true;
        return offer.version().compareTo(standing.version()) > 0;
    }

    private boolean isTakenByItself(Offer offer) {
        return memory.source().automatic()
                && offer.from() == Offer.From.URL
                && !memory.setAside().contains(offer.version());
    }

    private static UpdateAct.Refused withdrawn(Offer offer) {
        var why = "release %s, which the %s offered, is not offered any more; take another one, or publish it again"
                .formatted(offer.version(), offer.from().word());
        return new UpdateAct.Refused(Rule.WITHDRAWN, offer.release().targetName(), why, offer);
    }

    private void refuse(UpdateAct.Refused why) {
        if (memory.told().stream().noneMatch(why::repeats)) write(why);
    }

    private void seen(Outcome outcome, long now) {
        if (!(outcome instanceof Outcome.Seen(var gateway))) throw unexpected(outcome);
        if (!proven) {
            if (proving != null) proving.seen(gateway, now, this::fail);
            return;
        }
        SortedSet<String> red = switch (gateway.answer()) {
            case PARTS -> gateway.red();
            case UNCLAIMED -> Proving.only(Proving.UNCLAIMED);
            case REFUSES, NONE -> Proving.only(Proving.UNSEEN);
        };
        switch (memory.state()) {
            case State.Staged(var offer) ->
                write(new UpdateAct.Installing(offer.version(), box.booted().other(), red));
            case State.Installed(var offer, var slot, var _) ->
                write(new UpdateAct.Rebooting(offer.version(), slot, box.booted(), red));
            default -> {}
        }
    }

    private void confirmed(Outcome outcome, long now) {
        if (proving == null) return;
        proving.unconfirmed(now);
        if (!(outcome instanceof Outcome.Confirmation(var proof))) return;
        switch (proof) {
            case CONFIRMED -> proven = true;
            case FAILED -> {
                if (isTrial()) fail("the boot check did not take the agent's word");
            }
            case OPEN -> {}
        }
    }

    private void fetched(Offer offer, Outcome outcome, long now) {
        boolean further = outcome instanceof Outcome.Done || outcome instanceof Outcome.Setback s && s.progressed();
        if (further) {
            lastByteAt = now;
            backoff.reset();
        }
        ended(
                outcome,
                now,
                () -> write(new UpdateAct.Verified(
                        offer.version(), offer.release().bundle().sha256())));
    }

    private void primary(Outcome outcome, long now) {
        if (!(outcome instanceof Outcome.Primary(var primary))) {
            wait(outcome, now);
            return;
        }
        var slot = memory.state().target().orElseThrow();
        primaryHere = primary == slot;
        if (primaryHere) return;
        write(new UpdateAct.RolledBack(
                memory.state().inQuestion().orElseThrow().version(),
                "slot %s did not come up: its tries are used up".formatted(slot)));
    }

    private void ended(Outcome outcome, long now, Runnable done) {
        switch (outcome) {
            case Outcome.Done _ -> done.run();
            case Outcome.Refused(var why) -> {
                if (memory.state() instanceof State.Installing) refused = why;
                else write(why);
            }
            case Outcome.Setback _ -> wait(outcome, now);
            default -> throw unexpected(outcome);
        }
    }

    private void wait(Outcome outcome, long now) {
        if (!(outcome instanceof Outcome.Setback problem)) throw unexpected(outcome);
        setBack(problem.sentence(), now);
        retryAt = now + backoff.nextNanos();
    }

    private void setBack(String sentence, long now) {
        setback = Optional.of(
                new Setback(sentence, setback.map(Setback::sinceNanos).orElse(now)));
    }

    private static IllegalStateException unexpected(Outcome outcome) {
        return new IllegalStateException("nobody asked for " + outcome);
    }

    /// Takes an order, or says in one sentence why not.
    Optional<String> order(Order order, long now) {
        if (!pending.isEmpty()) throw new IllegalStateException("what is pending is written before an order is taken");
        if (box.damage().isPresent() && !(order instanceof Order.Status)) return box.damage();
        return switch (order) {
            case Order.Status _ -> Optional.empty();
            case Order.Source _ -> throw new IllegalArgumentException("its certificates are to be kept first");
            case Order.Check(var by) -> check(by, now);
            case Order.Install(var version, var by) -> install(version, by);
            case Order.Allow(var version, var by) -> {
                if (!memory.notAgain().contains(version) && !memory.setAside().contains(version)) {
                    yield Optional.of(
                            "release " + version + " has not fallen back here; nothing keeps it from being tried");
                }
                write(new UpdateAct.Allowed(version), by);
                lookSoon(now);
                yield Optional.empty();
            }
        };
    }

    /// Sets where releases come from.
    Optional<String> source(UpdateAct.SourceSet source, String by, long now) {
        if (!pending.isEmpty()) throw new IllegalStateException("what is pending is written before an order is taken");
        if (box.damage().isPresent()) return box.damage();
        // The trial asks the source that brought the release.
        if (memory.state() instanceof State.Staged || memory.state().target().isPresent()) return Optional.of(busy());
        write(source, by);
        server.changed(now);
        if (verified.equals(Optional.of(Offer.From.URL))) verified = Optional.empty();
        return Optional.empty();
    }

    private void lookSoon(long now) {
        server.soon(now);
        atStick.soon(now);
    }

    private Optional<String> check(String by, long now) {
        if (!proven || memory.state().target().isPresent()) return Optional.of(busy());
        if (!stick && memory.source().url().isEmpty()) {
            return Optional.of("there is no source to look at; set the address of one, or plug in a stick");
        }
        switch (memory.state()) {
            case State.Idle _, State.Offered _ -> {}
            // Whoever looks for something else does not want to wait for what cannot be had.
            case State.Fetching(var offer) when setback.isPresent() -> write(unavailable(offer), by);
            default -> {
                return Optional.of(busy());
            }
        }
        lookSoon(now);
        return Optional.empty();
    }

    private Optional<String> install(Version version, String by) {
        if (!proven) return Optional.of(busy());
        if (memory.state() instanceof State.Offered(var offer)
                && offer.version().equals(version)) {
            var refused = choice().refusal(offer);
            if (refused.isPresent()) {
                write(refused.get(), by);
                return Optional.of(refused.get().sentence());
            }
            write(new UpdateAct.Ordered(version), by);
            return Optional.empty();
        }
        if (!(memory.state() instanceof State.Idle || memory.state() instanceof State.Offered)) {
            return Optional.of(busy());
        }
        if (version.compareTo(box.installed().version()) <= 0) {
            var why = choice().notHigher(version);
            var from = stick ? Offer.From.STICK : Offer.From.URL;
            var refused = new UpdateAct.Refused(Rule.VERSION, why, from, Optional.empty(), Optional.of(version));
            if (memory.told().stream().noneMatch(refused::repeats)) write(refused, by);
            return Optional.of(why);
        }
        if (memory.notAgain().contains(version)) {
            return Optional.of("release " + version + " fell back here before; allow it to be tried again first");
        }
        return Optional.of("release " + version + " is not offered; have the source looked at first");
    }

    private String busy() {
        if (memory.state() instanceof State.Idle || memory.state() instanceof State.Offered) {
            return "slot %s has not proved itself yet; wait until it has".formatted(box.booted());
        }
        return "release %s is under way (%s); wait until that has come to its end"
                .formatted(
                        memory.state().inQuestion().orElseThrow().version(),
                        memory.state().word());
    }
}
