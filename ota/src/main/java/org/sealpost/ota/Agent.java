package org.sealpost.ota;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.sealpost.ota.rauc.Installer;
import org.sealpost.ota.rauc.Units;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Does what the core says: it holds the acts' file, asks the source, RAUC, systemd and the gateway, and
/// answers orders.
///
/// One thread loops [#step]; orders come from others. What is decided is decided under the lock,
/// what takes long is done outside of it.
final class Agent implements Orders, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Agent.class);
    private static final long LONGEST_SLEEP_NANOS = 2_000_000_000L;

    private final AgentConfig config;
    private final Parts parts;
    private final UpdateCore.Box box;
    private final UpdateCore core;
    private final Object lock = new Object();
    private final long began;

    // Under the lock.
    private boolean stopped;
    private @Nullable Next current;
    private int percent;

    /// What is staged is of no use any more. Only the agent's own thread deletes it.
    private boolean untidy;

    private Optional<Instant> checkedAt = Optional.empty();

    /// What the agent needs to do anything; seams, so that tests can let each of them fail.
    ///
    /// @param acts empty where they are damaged
    /// @param nanos counts from the boot's beginning
    record Parts(
            Optional<ActsFile> acts,
            Staging staging,
            ReleaseSource source,
            Installer installer,
            GatewayDoor gateway,
            Units units,
            RunFolder run,
            BoxClock clock,
            LongSupplier nanos) {}

    Agent(AgentConfig config, Parts parts, UpdateCore.Box box, RandomGenerator random) {
        this.config = config;
        this.parts = parts;
        this.box = box;
        var memory = parts.acts.map(ActsFile::found).orElse(Memory.EMPTY);
        this.began = parts.nanos.getAsLong();
        this.core = new UpdateCore(memory, box, config.pace(), random, began);
        // Before any order comes: it may lead to a state that needs what is fetched from then on.
        this.untidy = needsNothingStaged();
    }

    /// Runs until [#close].
    void run() throws IOException, InterruptedException {
        while (true) {
            synchronized (lock) {
                if (stopped) return;
            }
            step();
        }
    }

    private void step() throws IOException, InterruptedException {
        Next next;
        boolean stick = parts.source.hasStick();
        synchronized (lock) {
            if (stopped) return;
            next = flush(stick);
            tryToTidy();
            if (next instanceof Next.Wait(var until)) {
                long left = Math.min(until - parts.nanos.getAsLong(), LONGEST_SLEEP_NANOS);
                if (left > 0 && !stopped) lock.wait(left / 1_000_000 + 1);
                return;
            }
            core.begins(next);
            current = next;
            percent = 0;
        }
        LOG.debug("next: {}", next);
        var outcome = perform(next);
        stick = parts.source.hasStick();
        synchronized (lock) {
            current = null;
            // An act that could not be written may be there or not: nothing may follow it.
            if (stopped) return;
            if (next instanceof Next.Check && outcome instanceof Outcome.Verified) {
                checkedAt = Optional.of(parts.clock.now());
            }
            if (outcome instanceof Outcome.Setback setback) LOG.info("waits: {}", setback.sentence());
            core.done(next, outcome, parts.nanos.getAsLong());
            flush(stick);
        }
    }

    /// Writes what the core wants written, and says what comes after it.
    private Next flush(boolean stick) throws IOException {
        while (true) {
            var next = core.next(parts.nanos.getAsLong(), stick);
            if (!(next instanceof Next.Write(var act, var by))) return next;
            var entry = new ActEntry(core.memory().next(), parts.clock.now(), parts.clock.isSynced(), by, act);
            try {
                parts.acts.orElseThrow().append(entry);
            } catch (IOException e) {
                stopped = true;
                lock.notifyAll();
                throw e;
            }
            LOG.info("{} (by {})", act, by);
            core.wrote(entry, parts.nanos.getAsLong());
            untidy |= needsNothingStaged();
        }
    }

    private boolean needsNothingStaged() {
        return switch (core.memory().state()) {
            case State.Fetching _, State.Staged _, State.Installing _ -> false;
            case State.Idle _, State.Offered _, State.Installed _, State.Trial _, State.Failed _ -> true;
        };
    }

    /// Deletes what lies there from before a state that did not need it.
    private void tidy() throws IOException {
        synchronized (lock) {
            if (!untidy) return;
            parts.staging.clear();
            untidy = false;
        }
    }

    /// What cannot be deleted now is deleted at the latest before another bundle comes.
    private void tryToTidy() {
        try {
            tidy();
        } catch (IOException e) {
            LOG.debug("what is staged cannot be deleted: {}", e.toString());
        }
    }

    private Outcome perform(Next next) throws InterruptedException {
        try {
            return switch (next) {
                case Next.Write _, Next.Wait _ -> throw new IllegalStateException("done elsewhere");
                case Next.Check(var from) -> parts.source.check(from, settings(), parts.clock.floor());
                case Next.Fetch(var offer) -> fetch(offer);
                case Next.Examine(var offer) -> examine(offer);
                case Next.Install(var offer, var _) -> install(offer);
                case Next.AskPrimary _ -> primary();
                case Next.Look _ -> new Outcome.Seen(parts.gateway.look());
                case Next.Pass _ -> {
                    parts.run.pass();
                    yield new Outcome.Done();
                }
                case Next.AskConfirmed _ -> new Outcome.Confirmation(confirmation());
                case Next.TakeTries(var slot) -> takeTries(slot);
                case Next.Reboot _ -> {
                    parts.run.reboot();
                    yield new Outcome.Done();
                }
            };
        } catch (IOException e) {
            return new Outcome.Setback(said(e));
        }
    }

    private static String said(Exception e) {
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }

    private Outcome fetch(Offer offer) throws IOException {
        // A rest of another bundle must not become the beginning of this one.
        tidy();
        long before = parts.staging.size();
        try {
            return parts.staging.fetch(
                    offer,
                    (part, _, progress) -> {
                        try {
                            parts.source.fetch(offer, settings(), part, bytes -> {
                                came(offer, bytes > before);
                                progress.at(bytes);
                            });
                        } catch (ReleaseSource.BundleRefused e) {
                            throw new Ended(e);
                        }
                    },
                    this::progress);
        } catch (Ended e) {
            parts.staging.clear();
            return new Outcome.Refused(new UpdateAct.Refused(
                    Rule.BUNDLE,
                    said(e.refused),
                    offer.from(),
                    Optional.of(offer.release().bundle().path()),
                    Optional.of(offer.version())));
        } catch (IOException e) {
            return new Outcome.Setback(said(e), parts.staging.hasMoreThan(before));
        }
    }

    /// Breaks a transfer off that nobody waits for any more.
    private void came(Offer offer, boolean more) throws IOException {
        synchronized (lock) {
            boolean wanted = more ? core.came(offer, now()) : core.isFetching(offer);
            if (stopped || !wanted) throw new IOException("release " + offer.version() + " is not wanted any more");
        }
    }

    private UpdateAct.SourceSet settings() {
        synchronized (lock) {
            return core.memory().source();
        }
    }

    private static final class Ended extends IOException {
        private static final long serialVersionUID = 1;
        private final transient ReleaseSource.BundleRefused refused;

        Ended(ReleaseSource.BundleRefused refused) {
            this.refused = refused;
        }
    }

    private Outcome examine(Offer offer) throws IOException {
        var whole = parts.staging.examine(offer, this::progress);
        if (!(whole instanceof Outcome.Done)) return whole;
        try {
            var manifest = parts.installer.inspect(parts.staging.bundle());
            var release = offer.release();
            if (!manifest.compatible().equals(release.board())) {
                return raucRefused(
                        offer, "the bundle is for " + manifest.compatible() + ", not for " + release.board());
            }
            if (!manifest.version().equals(release.version().toString())) {
                return raucRefused(
                        offer, "the bundle says version " + manifest.version() + ", not " + release.version());
            }
            return new Outcome.Done();
        } catch (Installer.Refused e) {
            return raucRefused(offer, said(e));
        }
    }

    private Outcome install(Offer offer) throws IOException {
        try {
            parts.installer.install(parts.staging.bundle(), this::progress);
            return new Outcome.Done();
        } catch (Installer.Refused e) {
            return raucRefused(offer, said(e));
        }
    }

    private static Outcome raucRefused(Offer offer, String why) {
        return new Outcome.Refused(new UpdateAct.Refused(
                Rule.RAUC,
                offer.release().bundle().path(),
                "RAUC refuses it: " + why + "; the booted slot is untouched; order it again, or release it anew",
                offer));
    }

    private Outcome primary() throws IOException {
        var name = parts.installer.primary();
        for (var slot : Slot.values()) {
            if (name.equals(Optional.of(slot.name()))) return new Outcome.Primary(slot);
        }
        throw new IOException("RAUC cannot say which slot is booted next");
    }

    private Outcome takeTries(Slot slot) throws IOException {
        try {
            parts.installer.markBad(slot.name());
            return new Outcome.Done();
        } catch (Installer.Refused e) {
            return new Outcome.Setback("slot " + slot + " keeps its tries: " + said(e));
        }
    }

    private Outcome.Confirmation.Proof confirmation() throws IOException {
        if (parts.run.isConfirmed()) return Outcome.Confirmation.Proof.CONFIRMED;
        return parts.units.of(config.confirmUnit()).hasFailed()
                ? Outcome.Confirmation.Proof.FAILED
                : Outcome.Confirmation.Proof.OPEN;
    }

    private void progress(int percent) {
        synchronized (lock) {
            this.percent = percent;
        }
    }

    @Override
    public Answer take(Order order) {
        boolean stick = parts.source.hasStick();
        synchronized (lock) {
            if (stopped)
                return new Answer(Optional.of("the agent ends; ask again once it has started anew"), status(stick));
            var sentence = order instanceof Order.Source source ? source(source) : core.order(order, now());
            try {
                flush(stick);
            } catch (IOException e) {
                // The act may or may not be there: only a new start can tell.
                LOG.error("acts cannot be written: {}", e.toString());
                return new Answer(Optional.of("the agent cannot write its acts: " + said(e)), status(stick));
            }
            lock.notifyAll();
            return new Answer(sentence, status(stick));
        }
    }

    private Optional<String> source(Order.Source order) {
        if (box.damage().isPresent()) return box.damage();
        try {
            return core.source(parts.source.keep(order), order.by(), now());
        } catch (IllegalArgumentException e) {
            return Optional.of(said(e));
        } catch (IOException e) {
            return Optional.of("the certificates cannot be kept, so the source stays as it was: " + said(e));
        }
    }

    private long now() {
        return parts.nanos.getAsLong();
    }

    private Instant since(long nanos) {
        return parts.clock.now().minusNanos(Math.max(0, now() - nanos));
    }

    /// @param stick asked before the lock is held: a stick that is failing may keep whoever looks at it
    private UpdateStatus status(boolean stick) {
        var memory = core.memory();
        var source = memory.source();
        var offer = memory.state() instanceof State.Offered(var offered)
                ? Optional.of(new UpdateStatus.Offer(
                        offered.version().toString(),
                        offered.release().notes(),
                        offered.from().word(),
                        offered.release().bundle().length()))
                : Optional.<UpdateStatus.Offer>empty();
        var setback = box.damage()
                .map(damage -> new UpdateStatus.Setback(damage, since(began)))
                .or(() -> core.setback().map(s -> new UpdateStatus.Setback(s.sentence(), since(s.sinceNanos()))));
        var doing = Optional.ofNullable(current);
        return new UpdateStatus(
                box.installed().board(),
                box.installed().version().toString(),
                Math.max(memory.epoch(), box.installed().securityEpoch()),
                box.booted().name(),
                core.onTrial(),
                box.damage().isPresent() ? "damaged" : memory.state().word(),
                memory.state().inQuestion().map(o -> o.version().toString()),
                doing.flatMap(Next::progress).map(of -> new UpdateStatus.Progress(percent, of)),
                offer,
                memory.refusal(),
                memory.last(),
                memory.notAgain().stream().map(Version::toString).toList(),
                new UpdateStatus.Source(source.url(), source.automatic(), stick),
                doing.filter(Next.Check.class::isInstance).isPresent(),
                checkedAt,
                setback);
    }

    /// Has [#run] end after what is under way.
    @Override
    public void close() {
        synchronized (lock) {
            stopped = true;
            lock.notifyAll();
        }
    }
}
