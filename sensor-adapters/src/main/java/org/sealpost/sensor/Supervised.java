package org.sealpost.sensor;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sealpost.sensor.SensorState.Condition;

/// Keeps one sensor going, whatever its adapter does.
///
/// It owns no thread: [#step] does what is due, never blocks, and says how long there is nothing to do. The adapter
/// runs on a thread of its own, one call at a time, and a call that is not back in time is given up with its thread.
final class Supervised {
    static final int MAX_HANGING = 4;
    static final Duration GRACE = Duration.ofSeconds(10);
    /// However fast an adapter is, it is not read more often; what it does not hold itself is lost before we count.
    private static final int MAX_SAMPLES_PER_SECOND = 2000;

    /// What the sensor's one call is about, or what it waits for.
    private sealed interface Phase {
        record Resting(long untilTick) implements Phase {}

        record Opening(CompletableFuture<Sample> call, long deadlineTick) implements Phase {}

        record Ready() implements Phase {}

        record Reading(CompletableFuture<Sample> call, long deadlineTick) implements Phase {}

        record Closing(CompletableFuture<Sample> call, long deadlineTick, long restUntilTick) implements Phase {}

        record GivenUp() implements Phase {}

        record Stopped() implements Phase {}
    }

    private final ConfiguredSensor sensor;
    private final Supplier<Adapter> adapters;
    private final AdapterThread.Threads threads;
    private final Abandoned abandoned;
    private final Outbox outbox;
    private final Clocks clocks;
    private final Backoff backoff;
    private final Runnable wake;
    private final Optional<Duration> every;
    private final Optional<Duration> silentAfter;
    private final Throttle throttle;
    private final Throttle samples;
    private final Gaps gaps;
    private final Standing standing;
    private final Queue<CompletableFuture<Reading>> awaited = new ConcurrentLinkedQueue<>();
    private final List<CompletableFuture<?>> hanging = new ArrayList<>();

    // All below: guarded by this.
    private Phase phase;
    private @Nullable OpenAdapter adapter;
    private String description = "";
    private int failures;
    // Nothing was read of it yet, or it hung since.
    private boolean mayHang = true;
    private @Nullable Trouble trouble;
    // For a sensor that is read by the clock.
    private long nextDue;
    private boolean isOwed;
    // For a sensor that speaks by itself: since when it was listened to or heard; a gap that ends if the next read
    // works.
    private long lastHeard;
    private Instant lastHeardAt;
    private @Nullable Instant listeningSince;
    private boolean hasSpoken;
    private boolean nonsenseSinceHeard;

    private @Nullable Reading last;
    private @Nullable Instant lastAt;
    private long leftOut;
    private long unreadable;
    private long unsettled;
    private long restarts;

    Supervised(
            ConfiguredSensor sensor,
            Supplier<Adapter> adapters,
            AdapterThread.Threads threads,
            Abandoned abandoned,
            Outbox outbox,
            Clocks clocks,
            RandomGenerator random,
            Runnable wake) {
        this.sensor = sensor;
        this.adapters = adapters;
        this.threads = threads;
        this.abandoned = abandoned;
        this.outbox = outbox;
        this.clocks = clocks;
        this.backoff = new Backoff(random);
        this.wake = wake;
        this.every = sensor.adapter().readEvery();
        this.silentAfter = sensor.adapter().silentAfter();
        long tick = clocks.tick();
        this.throttle = new Throttle(sensor.maxPerSecond(), tick);
        this.samples = new Throttle(MAX_SAMPLES_PER_SECOND, tick);
        this.phase = new Phase.Resting(tick);
        this.nextDue = tick;
        this.lastHeard = tick;
        this.lastHeardAt = clocks.now();
        this.gaps = new Gaps(sensor, outbox, clocks);
        this.standing = new Standing(sensor.name(), lastHeardAt);
    }

    ConfiguredSensor sensor() {
        return sensor;
    }

    /// Says that nobody listened since then, for why; before the first step. One that is read by the clock missed
    /// something if an interval of it went by.
    synchronized void missedSince(Instant from, String cause) {
        if (every.isEmpty()) gaps.absentSince(from, cause);
        else if (Duration.between(from, clocks.now()).compareTo(every.get()) >= 0) gaps.notRead(from, cause);
    }

    /// Until when everything of it is on record: what it said, and that it did not say anything.
    synchronized Instant recordedUntil() {
        return Stream.of(Optional.of(clocks.now()), gaps.openSince(), outbox.notTakenSince())
                .flatMap(Optional::stream)
                .min(Comparator.naturalOrder())
                .orElseThrow();
    }

    /// Does what is due, and returns how long there is nothing to do unless a call comes back.
    synchronized Duration step() {
        if (phase instanceof Phase.Stopped) return Duration.ofDays(1);
        hanging.removeIf(CompletableFuture::isDone);
        long tick = clocks.tick();
        finishCall(tick);
        owe(tick);
        noticeSilence(tick);
        gaps.step(tick, trouble == null ? "it goes on" : trouble.cause());
        begin(tick);
        show();
        return untilNext(clocks.tick());
    }

    /// A step did not end as it should, for want of memory or threads, or by a fault of ours: that is shown. Returns
    /// when to step again.
    synchronized Duration broke(Throwable thrown) {
        trouble = Trouble.of(thrown);
        failures++;
        return backoff.after(failures);
    }

    private void finishCall(long tick) {
        switch (phase) {
            case Phase.Opening(CompletableFuture<Sample> call, long deadline) -> {
                if (call.isDone()) opened(call, tick);
                else if (tick - deadline >= 0) hangs("opening it", tick);
            }
            case Phase.Reading(CompletableFuture<Sample> call, long deadline) -> {
                if (call.isDone()) read(call, tick);
                else if (tick - deadline >= 0) hangs("reading it", tick);
            }
            case Phase.Closing(CompletableFuture<Sample> call, long deadline, long restUntil) -> {
                if (call.isDone()) {
                    adapter = null;
                    phase = new Phase.Resting(restUntil);
                } else if (tick - deadline >= 0) {
                    hangs("closing it", tick);
                }
            }
            case Phase.Resting resting -> {}
            case Phase.Ready ready -> {}
            case Phase.GivenUp givenUp -> {}
            case Phase.Stopped stopped -> {}
        }
    }

    private void opened(CompletableFuture<Sample> call, long tick) {
        Optional<Throwable> thrown = thrown(call);
        if (thrown.isPresent()) {
            failed(Trouble.of(thrown.get()), tick);
            return;
        }
        phase = new Phase.Ready();
        lastHeard = tick;
        listeningSince = clocks.now();
    }

    private void read(CompletableFuture<Sample> call, long tick) {
        Optional<Throwable> thrown = thrown(call);
        if (thrown.isPresent()) {
            failed(Trouble.of(thrown.get()), tick);
            return;
        }
        phase = new Phase.Ready();
        mayHang = false;
        Sample sample = call.join();
        endFailure(sample);
        take(sample, tick);
        if (isOwed && every.isPresent()) {
            isOwed = false;
            gaps.missed(1, nextDue - Clocks.nanos(every.get()), Trouble.whyNot(sample));
        }
    }

    // The device could be read again: what it says now is another matter. One that is read by the clock has to give a
    // value for that, since all it ever does is answer.
    private void endFailure(Sample sample) {
        if (every.isPresent()) return;
        failures = 0;
        if (trouble != null && trouble.nature() == Trouble.Nature.FAILURE) {
            trouble = null;
            gaps.endAbsence(listeningSince == null ? clocks.now() : listeningSince);
        }
        if (listeningSince != null && trouble == null) gaps.endAbsence(listeningSince);
        listeningSince = null;
    }

    private void take(Sample sample, long tick) {
        samples.admits(tick);
        switch (sample) {
            case Sample.Measured measured -> {
                heard(tick);
                isOwed = false;
                record(measured, tick);
            }
            case Sample.Unchanged unchanged -> heard(tick);
            case Sample.Unsettled moves -> {
                unsettled++;
                if (every.isEmpty()) heard(tick);
            }
            case Sample.Refused(String cause, String remedy) -> {
                unsettled++;
                trouble = new Trouble(Trouble.Nature.NO_VALUE, cause, remedy);
            }
            case Sample.Nonsense nonsense -> {
                unreadable++;
                nonsenseSinceHeard = true;
                trouble = Trouble.nonsense(nonsense);
            }
            case Sample.Lost(long count, String cause) -> {
                leftOut += count;
                // Gaps count as readings do: a device that loses something again and again floods, too.
                if (throttle.admits(tick)) gaps.lost(count, lastHeardAt, cause);
                else gaps.leftOut(count, tick);
            }
            case Sample.Several(List<Sample> several) -> several.forEach(each -> take(each, tick));
            case Sample.Nothing nothing -> {
                if (every.isPresent()) {
                    trouble = new Trouble(
                            Trouble.Nature.SILENCE,
                            "it is silent: it did not answer",
                            "Look whether the device is on and its cable in place.");
                }
            }
        }
    }

    private void heard(long tick) {
        trouble = null;
        failures = 0;
        hasSpoken = true;
        nonsenseSinceHeard = false;
        lastHeard = tick;
        lastHeardAt = clocks.now();
        gaps.endAbsence(lastHeardAt);
    }

    private void record(Sample.Measured measured, long tick) {
        var reading = new Reading(
                sensor.name(),
                sensor.kind(),
                measured.value(),
                measured.unit(),
                measured.quality(),
                measured.deviceTime(),
                measured.raw());
        if (!throttle.admits(tick)) {
            leftOut++;
            gaps.leftOut(1, tick);
            return;
        }
        last = reading;
        lastAt = lastHeardAt;
        outbox.offer(reading);
        for (var waiter = awaited.poll(); waiter != null; waiter = awaited.poll()) waiter.complete(reading);
    }

    private void failed(Trouble why, long tick) {
        trouble = why;
        failures++;
        restarts++;
        listenedNoMore(why.cause(), tick);
        var open = adapter;
        long rest = tick + Clocks.nanos(backoff.after(failures));
        if (open == null) {
            phase = new Phase.Resting(rest);
        } else {
            phase = new Phase.Closing(open.close(), deadline(tick, open), rest);
        }
    }

    private void hangs(String what, long tick) {
        var open = adapter;
        if (open == null) return;
        long seconds = TimeUnit.NANOSECONDS.toSeconds(deadline(tick, open) - tick);
        hanging.add(abandon(open));
        mayHang = true;
        adapter = null;
        failures++;
        restarts++;
        trouble = Trouble.hang(what, seconds);
        hanging.removeIf(CompletableFuture::isDone);
        if (hanging.size() >= MAX_HANGING) {
            trouble = Trouble.tooManyHang(hanging.size());
            phase = new Phase.GivenUp();
        } else {
            phase = new Phase.Resting(tick + Clocks.nanos(backoff.after(failures)));
        }
        listenedNoMore(trouble.cause(), tick);
    }

    private CompletableFuture<?> abandon(OpenAdapter open) {
        CompletableFuture<?> back = open.abandon();
        abandoned.add(back);
        return back;
    }

    private void listenedNoMore(String cause, long tick) {
        listeningSince = null;
        if (every.isEmpty()) {
            gaps.absentSince(clocks.now(), cause);
        } else if (isOwed && phase instanceof Phase.Reading) {
            isOwed = false;
            gaps.missed(1, nextDue - Clocks.nanos(every.get()), cause);
        }
    }

    // One sample is owed for each interval. It is missed when the next one is due and it has not come.
    private void owe(long tick) {
        if (every.isEmpty() || tick - nextDue < 0) return;
        long interval = Clocks.nanos(every.get());
        long due = (tick - nextDue) / interval + 1;
        long missed = due - 1 + (isOwed ? 1 : 0);
        if (missed > 0) {
            long firstMissed = isOwed ? nextDue - interval : nextDue;
            gaps.missed(missed, firstMissed, trouble == null ? "no answer came within the interval" : trouble.cause());
        }
        nextDue += due * interval;
        isOwed = true;
    }

    private void noticeSilence(long tick) {
        if (silentAfter.isEmpty() || adapter == null || phase instanceof Phase.Opening) return;
        if (tick - lastHeard < Clocks.nanos(silentAfter.get())) return;
        if (trouble != null && trouble.nature() != Trouble.Nature.NO_VALUE) return;
        trouble = Trouble.silence(Words.of(silentAfter.get()), nonsenseSinceHeard);
        gaps.absentSince(clocks.now(), trouble.cause());
    }

    private void begin(long tick) {
        switch (phase) {
            case Phase.Resting(long until) -> {
                if (tick - until >= 0) open(tick);
            }
            case Phase.Ready ready -> {
                var open = adapter;
                if (open != null && (every.isEmpty() ? samples.hasRoom(tick) : isOwed)) {
                    phase = new Phase.Reading(open.read(), deadline(tick, open));
                }
            }
            case Phase.Opening opening -> {}
            case Phase.Reading reading -> {}
            case Phase.Closing closing -> {}
            case Phase.GivenUp givenUp -> {}
            case Phase.Stopped stopped -> {}
        }
    }

    private void open(long tick) {
        if (mayHang && abandoned.isFull()) {
            trouble = Trouble.tooManyHangInAll();
            listenedNoMore(trouble.cause(), tick);
            phase = new Phase.Resting(tick + TimeUnit.SECONDS.toNanos(1));
            return;
        }
        OpenAdapter made;
        try {
            made = new OpenAdapter(sensor.name(), adapters.get(), threads, wake);
            description = made.adapter().description();
        } catch (RuntimeException | LinkageError e) {
            failed(Trouble.of(e), tick);
            return;
        }
        adapter = made;
        phase = new Phase.Opening(made.open(), deadline(tick, made));
    }

    private static long deadline(long tick, OpenAdapter open) {
        return tick + Clocks.nanos(open.adapter().patience().plus(GRACE));
    }

    private static Optional<Throwable> thrown(CompletableFuture<Sample> call) {
        try {
            call.join();
            return Optional.empty();
        } catch (CompletionException e) {
            return Optional.of(e.getCause() == null ? e : e.getCause());
        }
    }

    private Duration untilNext(long tick) {
        long next = tick + TimeUnit.SECONDS.toNanos(1);
        next = switch (phase) {
            case Phase.Resting(long until) -> sooner(next, until);
            case Phase.Opening(CompletableFuture<Sample> call, long deadline) -> call.isDone() ? tick : next;
            case Phase.Reading(CompletableFuture<Sample> call, long deadline) -> call.isDone() ? tick : next;
            case Phase.Closing(CompletableFuture<Sample> call, long deadline, long rest) -> call.isDone() ? tick : next;
            case Phase.Ready ready -> every.isEmpty() ? tick + TimeUnit.MILLISECONDS.toNanos(5) : next;
            case Phase.GivenUp givenUp -> next;
            case Phase.Stopped stopped -> next;
        };
        if (every.isPresent()) next = sooner(next, nextDue);
        return Duration.ofNanos(Math.max(0, next - tick));
    }

    private static long sooner(long one, long other) {
        return one - other < 0 ? one : other;
    }

    /// Ends it: what is open of gaps is said now. The future ends when the device is closed.
    synchronized CompletableFuture<?> stop() {
        if (phase instanceof Phase.Stopped) return CompletableFuture.completedFuture(null);
        gaps.end();
        var open = adapter;
        adapter = null;
        CompletableFuture<?> closed = CompletableFuture.completedFuture(null);
        if (open != null) {
            closed = phase instanceof Phase.Ready ? open.close() : abandon(open);
        }
        phase = new Phase.Stopped();
        return closed;
    }

    /// The next reading that it makes.
    CompletableFuture<Reading> nextReading() {
        var reading = new CompletableFuture<Reading>();
        awaited.add(reading);
        return reading.whenComplete((made, thrown) -> awaited.remove(reading));
    }

    synchronized SensorState state() {
        Trouble shown = show();
        return new SensorState(
                sensor.name(),
                sensor.kind(),
                description,
                standing.condition(),
                standing.since(),
                shown.cause(),
                shown.firstBytes(),
                shown.remedy(),
                Optional.ofNullable(last),
                Optional.ofNullable(lastAt),
                new SensorState.Counts(
                        outbox.readings(),
                        outbox.gaps(),
                        leftOut + outbox.leftOut(),
                        unreadable,
                        unsettled,
                        restarts,
                        hanging.size()));
    }

    private Trouble show() {
        if (trouble != null) {
            red(trouble.cause(), trouble.remedy());
            return trouble;
        }
        if (gaps.isFlooded()) {
            return red(gaps.floodCause(), "Look for what makes it speak so often, or raise max-per-second.");
        }
        if (outbox.isOverflowing()) {
            return red("the intake has no room: its readings are left out", "See what the intake waits for.");
        }
        if (outbox.wasRefused()) {
            return waiting("the intake has no room: " + outbox.size() + " of its readings wait");
        }
        if (adapter == null || phase instanceof Phase.Opening) return waiting("it is being opened");
        if (!hasSpoken && (every.isPresent() || silentAfter.isPresent())) {
            return waiting("it is open; nothing came yet");
        }
        return standing.is(Condition.WELL, hasSpoken ? "" : "it is open; nothing came yet", "", clocks.now());
    }

    private Trouble red(String cause, String remedy) {
        return standing.is(Condition.RED, cause, remedy, clocks.now());
    }

    private Trouble waiting(String cause) {
        return standing.is(Condition.WAITING, cause, "", clocks.now());
    }
}
