package org.sealpost.ota;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A box with two slots, the boot environment of docs/appliance.md, and an agent whose every step may be the
/// last one before its process or the whole box goes down. It checks what must never happen as it happens.
final class SimulatedUpdates {
    static final String BOARD = "sealpost-amd64";

    /// How a release turns out once it runs.
    enum Manner {
        WELL,
        RED,
        GATEWAY_ENDS,
        GATEWAY_HANGS,
        GATEWAY_REFUSES,
        AGENT_DEAD,
        PANICS,
        OTHER_THAN_DESCRIBED
    }

    /// What a slot holds; no release where it was written in part.
    record Content(@Nullable ReleaseDescriptor release, Manner manner) {}

    final Random random;
    final List<ActEntry> acts = new ArrayList<>();
    final Map<Slot, Content> slots = new EnumMap<>(Slot.class);
    final Map<Version, Manner> manners = new java.util.HashMap<>();

    // What the world does: the odds of a hundred.
    int powerCuts;
    int kills;
    int setbacks;
    int faults;

    // Of the source.
    List<ReleaseDescriptor> offered = List.of();
    boolean sourceRefused;
    boolean stick;
    boolean stickHasReleases;

    // How new the metadata are there, and the newest that the box has seen.
    int serversMetadata;
    int sticksMetadata;
    private int trusted;

    /// What RAUC writes: it outlives the agent's process.
    private record Writing(Offer offer, Slot slot, long until) {}

    private @Nullable Writing writing;

    // The boot environment.
    List<Slot> order = List.of(Slot.A, Slot.B);
    final Map<Slot, Integer> tries = new EnumMap<>(Map.of(Slot.A, 3, Slot.B, 3));
    Slot good = Slot.A;
    int rescue = 5;
    int boots;

    /// Nobody had a try since a slot last proved itself.
    private boolean nobodyCameUp;

    // Of the disk.
    private @Nullable String staged;

    // Of this boot.
    Slot booted = Slot.A;
    private boolean goodAtBoot = true;
    private boolean passed;
    private boolean confirmed;
    private boolean rebootWanted;
    private long bootedAt;
    private long trialSince = -1;
    private boolean givenUp;

    // Of this process.
    private @Nullable UpdateCore core;
    private boolean examined;

    long now;
    private final Set<Version> allowed = new HashSet<>();

    SimulatedUpdates(long seed) {
        random = new Random(seed);
        slots.put(Slot.A, new Content(release("1.0.0"), Manner.WELL));
        slots.put(Slot.B, new Content(null, Manner.PANICS));
    }

    static ReleaseDescriptor release(String version) {
        return release(version, 1);
    }

    static ReleaseDescriptor release(String version, int epoch) {
        var bundle = new ReleaseDescriptor.Bundle(1_000, String.format("%064x", version.hashCode() & 0xffffffffL));
        return new ReleaseDescriptor(BOARD, Version.parse(version), epoch, 1, 1, bundle, "");
    }

    private static Installed installed(Content content) {
        var release = content.release();
        if (release == null) throw new AssertionError("a slot without a release runs");
        int other = content.manner() == Manner.OTHER_THAN_DESCRIBED ? 1 : 0;
        return new Installed(
                release.board(),
                release.version(),
                release.securityEpoch() + other,
                release.dataFormat(),
                release.readsFrom(),
                Instant.EPOCH);
    }

    Memory memory() {
        var memory = Memory.EMPTY;
        for (var entry : acts) memory = memory.after(entry);
        return memory;
    }

    UpdateCore core() {
        var running = core;
        if (running != null) return running;
        if (trialSince < 0) {
            trialSince = now;
            givenUp = memory().hasGivenUp(booted);
        }
        var box = new UpdateCore.Box(
                booted,
                goodAtBoot || confirmed,
                installed(slots.get(booted)),
                givenUp,
                trialSince,
                passed,
                rebootWanted,
                Optional.empty(),
                _ -> Optional.empty());
        examined = false;
        return core = new UpdateCore(memory(), box, Pace.DEFAULT, random, now);
    }

    private boolean happens(int odds) {
        return random.nextInt(100) < odds;
    }

    private static final class Cut extends RuntimeException {
        private static final long serialVersionUID = 1;
        final boolean power;

        Cut(boolean power) {
            super(power ? "power" : "process", null, false, false);
            this.power = power;
        }
    }

    /// A place where the power may go, or the agent's process.
    private void mayBeCut() {
        if (happens(powerCuts)) throw new Cut(true);
        if (happens(kills)) throw new Cut(false);
    }

    /// One step of the agent, and of the box around it.
    void step() {
        try {
            mayBeCut();
            var underWay = writing;
            if (underWay != null && now >= underWay.until) raucEnds(underWay);
            bootCheck();
            if (slots.get(booted).manner() == Manner.AGENT_DEAD) {
                now += 60_000_000_000L;
                return;
            }
            var next = core().next(now, stick);
            mayBeCut();
            perform(next);
            now += 1_000_000_000L;
        } catch (Cut cut) {
            core = null;
            if (cut.power) boot();
        }
    }

    void order(Order order) {
        flush();
        core().order(order, now);
        flush();
    }

    void source(UpdateAct.SourceSet source) {
        flush();
        core().source(source, "owner", now);
        flush();
    }

    void allow(Version version) {
        allowed.add(version);
        order(new Order.Allow(version, "owner"));
    }

    private void flush() {
        while (core().next(now, stick) instanceof Next.Write write) write(write);
    }

    private void write(Next.Write write) {
        var entry =
                new ActEntry(acts.size(), Instant.ofEpochSecond(now / 1_000_000_000), true, write.by(), write.act());
        acts.add(entry);
        if (write.act() instanceof UpdateAct.Allowed act) allowed.add(act.version());
        mayBeCut();
        core().wrote(entry, now);
    }

    private void perform(Next next) {
        if (next instanceof Next.Write write) {
            write(write);
            return;
        }
        if (next instanceof Next.Wait(var until)) {
            if (until < now) throw new AssertionError("waits for what has been");
            now = Math.min(until, now + 300_000_000_000L);
            return;
        }
        core().begins(next);
        var outcome = outcome(next);
        mayBeCut();
        core().done(next, outcome, now);
    }

    private Outcome outcome(Next next) {
        boolean asksRauc = next instanceof Next.Examine
                || next instanceof Next.Install
                || next instanceof Next.AskPrimary
                || next instanceof Next.TakeTries;
        if (asksRauc && writing != null) return new Outcome.Setback("RAUC is at an installation");
        if (!(next instanceof Next.Look) && happens(setbacks)) return new Outcome.Setback("something is away");
        return switch (next) {
            case Next.Write _, Next.Wait _ -> throw new AssertionError("done elsewhere");
            case Next.Check(var from) -> {
                if (from == Offer.From.STICK && !stick) yield new Outcome.Setback("the stick is gone");
                if (sourceRefused) {
                    yield new Outcome.Refused(new UpdateAct.Refused(
                            "expiry", "over", from, Optional.of("timestamp.json"), Optional.empty()));
                }
                int metadata = from == Offer.From.STICK ? sticksMetadata : serversMetadata;
                if (metadata < trusted) {
                    check(goodAtBoot || confirmed, "a trial is not for metadata that were old before it began");
                    yield new Outcome.Refused(new UpdateAct.Refused(
                            "version", "old", from, Optional.of("timestamp.json"), Optional.empty()));
                }
                trusted = metadata;
                yield new Outcome.Verified(from == Offer.From.STICK && !stickHasReleases ? List.of() : offered);
            }
            case Next.Fetch(var offer) -> {
                staged = null;
                mayBeCut();
                if (happens(faults)) yield refused(Rule.BUNDLE, offer);
                staged = offer.release().bundle().sha256();
                yield new Outcome.Done();
            }
            case Next.Examine(var offer) -> {
                if (happens(faults)) staged = "damaged";
                if (!offer.release().bundle().sha256().equals(staged)) yield refused(Rule.BUNDLE, offer);
                if (happens(faults)) yield refused(Rule.RAUC, offer);
                examined = true;
                yield new Outcome.Done();
            }
            case Next.Install(var offer, var slot) -> install(offer, slot);
            case Next.AskPrimary _ -> new Outcome.Primary(primary());
            case Next.Look _ -> new Outcome.Seen(gateway());
            case Next.Pass _ -> {
                passed = true;
                yield new Outcome.Done();
            }
            case Next.AskConfirmed _ ->
                new Outcome.Confirmation(
                        confirmed ? Outcome.Confirmation.Proof.CONFIRMED : Outcome.Confirmation.Proof.OPEN);
            case Next.TakeTries(var slot) -> {
                if (slot == good) yield new Outcome.Setback("it is the one that proved itself last");
                tries.put(slot, 0);
                yield new Outcome.Done();
            }
            case Next.Reboot _ -> {
                rebootWanted = true;
                if (happens(80)) throw new Cut(true);
                yield new Outcome.Done();
            }
        };
    }

    private static Outcome refused(String rule, Offer offer) {
        return new Outcome.Refused(new UpdateAct.Refused(rule, "bundle", "no", offer));
    }

    private Outcome install(Offer offer, Slot slot) {
        check(examined, "nothing goes to RAUC that was not read whole in this process");
        check(offer.release().bundle().sha256().equals(staged), "what goes to RAUC is what was described");
        check(slot != booted, "the booted slot is not written");
        check(slot != good, "the slot that proved itself last is not written");
        check(goodAtBoot || confirmed, "nothing is installed from a slot that has not proved itself");
        check(
                !memory().notAgain().contains(offer.version()),
                "what fell back here is not tried again before it is allowed");
        check(
                memory().state() instanceof State.Installing installing && installing.slot() == slot,
                "the act is durable before RAUC begins, and says what it does");
        tries.put(slot, 0);
        mayBeCut();
        slots.put(slot, new Content(null, Manner.PANICS));
        writing = new Writing(offer, slot, now + random.nextLong(300_000_000_000L));
        // Here the agent may go, or lose RAUC's word, and RAUC goes on.
        mayBeCut();
        if (happens(setbacks)) return new Outcome.Setback("RAUC cannot be asked");
        var ended = raucEnds(writing);
        mayBeCut();
        return ended;
    }

    private Outcome raucEnds(Writing done) {
        writing = null;
        var slot = done.slot;
        if (happens(faults)) return refused(Rule.RAUC, done.offer);
        slots.put(slot, new Content(done.offer.release(), manners.getOrDefault(done.offer.version(), Manner.WELL)));
        order = slot == Slot.A ? List.of(Slot.A, Slot.B) : List.of(Slot.B, Slot.A);
        tries.put(slot, 3);
        return new Outcome.Done();
    }

    private Outcome.Gateway gateway() {
        if (happens(faults)) return seen(Outcome.Gateway.Answer.NONE, "");
        return switch (slots.get(booted).manner()) {
            case WELL, OTHER_THAN_DESCRIBED -> seen(Outcome.Gateway.Answer.PARTS, "");
            case RED ->
                new Outcome.Gateway(
                        Outcome.Gateway.Answer.PARTS, new TreeSet<>(Set.of("token")), "the token is red", "");
            case GATEWAY_ENDS -> seen(Outcome.Gateway.Answer.NONE, "the gateway was started again three times");
            case GATEWAY_HANGS -> seen(Outcome.Gateway.Answer.NONE, "");
            case GATEWAY_REFUSES -> seen(Outcome.Gateway.Answer.REFUSES, "");
            case AGENT_DEAD, PANICS -> throw new AssertionError("no agent runs there");
        };
    }

    private static Outcome.Gateway seen(Outcome.Gateway.Answer answer, String unit) {
        return new Outcome.Gateway(answer, Collections.emptySortedSet(), "the gateway says nothing", unit);
    }

    /// What `sealpost-boot-check` and `sealpost-confirm` do.
    private void bootCheck() {
        boolean answers = switch (slots.get(booted).manner()) {
            case WELL, RED, OTHER_THAN_DESCRIBED, AGENT_DEAD -> true;
            case GATEWAY_ENDS, GATEWAY_HANGS, GATEWAY_REFUSES, PANICS -> false;
        };
        boolean proves = answers && (goodAtBoot || passed);
        if (!confirmed && proves && happens(50)) {
            check(goodAtBoot || passed, "a slot is confirmed by the agent's word");
            check(
                    nobodyCameUp || !(memory().state() instanceof State.Failed failed) || failed.slot() != booted,
                    "a slot that failed is taken only where the other one does not come up");
            check(
                    goodAtBoot || nobodyCameUp || installed(slots.get(booted)).securityEpoch() >= memory().epoch(),
                    "a security epoch that was confirmed is left only where nothing else comes up");
            nobodyCameUp = false;
            good = booted;
            order = booted == Slot.A ? List.of(Slot.A, Slot.B) : List.of(Slot.B, Slot.A);
            tries.put(booted, 3);
            rescue = 5;
            mayBeCut();
            confirmed = true;
        }
        if (!confirmed && !proves && now - bootedAt > 25 * 60_000_000_000L) throw new Cut(true);
    }

    private Slot primary() {
        for (var slot : order) if (tries.get(slot) > 0) return slot;
        return good;
    }

    void boot() {
        do {
            boots++;
            booted = decide();
            goodAtBoot = good == booted;
            passed = confirmed = rebootWanted = false;
            writing = null;
            trialSince = -1;
            core = null;
            now += 30_000_000_000L;
            bootedAt = now;
        } while (slots.get(booted).release() == null || slots.get(booted).manner() == Manner.PANICS);
    }

    /// The boot loader's rules 1 to 3.
    private Slot decide() {
        for (var slot : order) {
            if (tries.get(slot) > 0) {
                tries.merge(slot, -1, Integer::sum);
                return slot;
            }
        }
        if (rescue > 0) {
            rescue--;
            return good;
        }
        nobodyCameUp = true;
        tries.put(Slot.A, 1);
        tries.put(Slot.B, 1);
        rescue = 5;
        return good;
    }

    boolean slotsAgentIsDead() {
        return slots.get(booted).manner() == Manner.AGENT_DEAD;
    }

    boolean isQuiet() {
        var state = memory().state();
        return (state instanceof State.Idle || state instanceof State.Offered) && (goodAtBoot || confirmed);
    }

    void check(boolean holds, String what) {
        if (!holds) throw new AssertionError("not so: " + what + "; acts " + acts);
    }
}
