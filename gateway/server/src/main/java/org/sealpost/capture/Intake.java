package org.sealpost.capture;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sealpost.journal.ClosedSegment;
import org.sealpost.journal.Journal;
import org.sealpost.profile.Profile;
import org.sealpost.profile.Profiles;
import org.sealpost.record.ClockReading;
import org.sealpost.record.EntryEncoder;
import org.sealpost.record.SourceKind;
import org.sealpost.stage.Doorbell;
import org.sealpost.stage.Stage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes records from any thread, has them appended and forced by one writer, and answers each (I1: what was
/// answered with a receipt is durable).
///
/// What can be decided without the disk is decided on the caller's thread, which also makes leaf and body:
/// hashing then spreads over the event loops and the writer only writes. Everything that waits is bounded; beyond
/// the bounds the answer is [IntakeOutcome.Busy].
public final class Intake implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);

    /// A slow disk of a box reads so many in some ten seconds; the trial of an update waits for the doors.
    private static final long MOST_READ_AT_OPENING = 1_000_000;

    private static final Duration HELD_BACK = Duration.ofMillis(200);
    private static final Duration BUSY_RETRY = Duration.ofSeconds(1);
    private static final Duration IDLE = Duration.ofSeconds(10);
    private static final Duration DISK_RETRY = Duration.ofSeconds(30);
    private static final ThreadLocal<EntryEncoder> ENCODER = ThreadLocal.withInitial(EntryEncoder::new);

    private final IntakeConfig config;
    private final Surroundings surroundings;
    private final Profiles profiles;
    private final CaptureMetrics metrics;
    private final Waiting waiting;
    private final Quota quota;
    private final Fingerprint fingerprint;
    private final UnreadEntries unread;
    private final RememberedKeys keys;
    private final KeyFiler filer;
    private final Throttle throttle;
    private final IntakeWriter writer;

    private final Doorbell work = new Doorbell();

    private volatile boolean closed;
    private @Nullable Thread thread;

    /// What the intake asks of the world around it, so that tests and simulations can give other answers.
    ///
    /// @param clock    the wall clock and how good it is; any thread
    /// @param nanoTime for waiting times only
    /// @param salts    for the slots of bodies
    /// @param disk     the disk that the journal lies on
    /// @param sealer   rung after each force: there is something to seal
    /// @param fatal    called on the writer's thread when a promise was broken; it ends the process
    public record Surroundings(
            Supplier<ClockReading> clock,
            LongSupplier nanoTime,
            Salts salts,
            DiskSpace disk,
            Doorbell sealer,
            Consumer<Throwable> fatal) {}

    private Intake(
            IntakeConfig config,
            Surroundings surroundings,
            Profiles profiles,
            CaptureMetrics metrics,
            Journal journal,
            Window window,
            Fingerprint fingerprint) {
        this.config = config;
        this.surroundings = surroundings;
        this.profiles = profiles;
        this.metrics = metrics;
        this.fingerprint = fingerprint;
        this.waiting = new Waiting(config.maxWaitingRecords(), config.maxWaitingBytes());
        this.quota = new Quota(config.recordsPerSecond(), surroundings.nanoTime());
        var sizes = WindowSizes.of(config.rememberedKeys(), config.window());
        this.unread = new UnreadEntries(surroundings.clock());
        this.keys = new RememberedKeys(sizes, journal, fingerprint, window, unread);
        this.filer = new KeyFiler(sizes, journal, fingerprint, window, keys);
        var duplicates = new Duplicates(journal, keys, unread, metrics);
        this.throttle = new Throttle(config, surroundings.nanoTime());
        this.writer = new IntakeWriter(config, surroundings, metrics, journal, waiting, duplicates, throttle);
    }

    /// Opens the door over a journal that nobody else appends to from here on. Reads the entries whose keys the
    /// window does not hold. If they are too many, or the window cannot be read or written, records with keys have
    /// to wait until [#keyFiler] has opened it. Nothing is written to the journal until somebody turns
    /// [#writer], or calls [#start].
    public static Intake open(
            IntakeConfig config,
            Surroundings surroundings,
            Profiles profiles,
            CaptureMetrics metrics,
            Journal journal,
            Window window) {
        var fingerprint = Fingerprint.of(window.secret());
        return open(config, surroundings, profiles, metrics, journal, window, fingerprint, MOST_READ_AT_OPENING);
    }

    static Intake open(
            IntakeConfig config,
            Surroundings surroundings,
            Profiles profiles,
            CaptureMetrics metrics,
            Journal journal,
            Window window,
            Fingerprint fingerprint,
            long mostRead) {
        var intake = new Intake(config, surroundings, profiles, metrics, journal, window, fingerprint);
        try {
            if (!intake.filer.open(mostRead)) {
                LOG.info(
                        "records with idempotency keys have to wait: more than {} entries have to be read first, while"
                                + " others are taken",
                        mostRead);
            }
        } catch (IOException e) {
            LOG.warn(
                    "records with idempotency keys have to wait: the window of keys cannot be opened: {}",
                    e.getMessage());
        }
        return intake;
    }

    public IntakeConfig config() {
        return config;
    }

    public CaptureMetrics metrics() {
        return metrics;
    }

    /// Whether records are refused because the disk is too full. Any thread.
    public boolean isDiskFull() {
        return writer.isDiskFull();
    }

    /// Since when, by the box's own clock; empty while records are taken. Any thread.
    public Optional<Instant> diskFullSince() {
        return writer.diskFullSince();
    }

    /// The stage behind the door, for whoever turns it by hand: then [#start] is not called. A failure of it must
    /// not be tried again.
    public IntakeWriter writer() {
        return writer;
    }

    /// The stage that brings keys to the window's files, and opens the window if that has failed; whoever opens
    /// the intake has it turned.
    public Stage keyFiler() {
        return filer;
    }

    /// Whether the window is open: else records with keys have to wait. Any thread.
    public boolean remembersKeys() {
        return keys.isOpened();
    }

    /// What could not be read when a repeat was looked for; empty as long as all is well. Any thread.
    public Optional<Unread> unreadEntries() {
        return unread.newest();
    }

    /// The first entry that is needed to know a repeat: nothing from there on may be given up. 0 as long as the
    /// window is not open, and nobody can tell. Any thread.
    public long neededFrom() {
        return keys.neededFrom();
    }

    /// How many keys are remembered in files. Any thread.
    public long filedKeys() {
        return keys.count();
    }

    /// Has the writer close the segment of this number early, if it is the one that is written to and the space of
    /// the next one is taken, and hand the keys of all closed ones over to the key filer. Any thread; does not
    /// wait, so whoever means it asks until it is done.
    public void endSegment(long number) {
        writer.endSegment(number);
        work.ring();
    }

    /// Whether no key of an entry below this one waits in memory for the key filer. Any thread.
    public boolean hasFiledKeysBelow(long next) {
        return keys.isFiledBelow(next);
    }

    /// Whether the window's files say nothing any more of what was erased from a segment. If not, the key filer is
    /// woken. Any thread.
    public boolean keysFollow(ClosedSegment segment) {
        boolean follow = keys.isUpToDate(segment);
        if (!follow) keys.wakeFiler();
        return follow;
    }

    /// Has a thread of its own turn the writer.
    public synchronized void start() {
        if (thread != null) throw new IllegalStateException("the intake is started already");
        thread = Thread.ofPlatform().daemon().name(writer.name()).start(this::run);
    }

    private void run() {
        try {
            while (true) {
                if (writer.step() > 0) continue;
                if (closed) return;
                work.await(IDLE);
            }
        } catch (Throwable broken) {
            surroundings.fatal().accept(broken);
        }
    }

    /// Takes a record, and answers later; see [Reply]. Any thread; never blocks.
    public void offer(CapturedRecord record, Reply reply) {
        Optional<Profile> profile = switch (record.kind()) {
            case BOX -> profiles.findForBox(record.profile());
            case SENSOR -> profiles.findForSensor(record.profile());
            case HTTP, MQTT -> profiles.find(record.profile());
        };
        Optional<IntakeOutcome> no = objection(record, profile);
        if (no.isPresent()) {
            reply.answer(no.get());
            reply.flush();
            return;
        }
        // Room was reserved by objection(); from the queue on the writer gives it back.
        Arrival arrival;
        try {
            arrival = encode(record, profile.orElseThrow(), reply);
        } catch (RuntimeException | Error e) {
            waiting.release(1, record.payloadSize());
            throw e;
        }
        if (waiting.put(arrival)) work.ring();
    }

    private Optional<IntakeOutcome> objection(CapturedRecord record, Optional<Profile> profile) {
        if (record.payloadSize() > config.maxPayloadBytes()) {
            return refused(Problem.payloadTooLarge(config.maxPayloadBytes()));
        }
        if (profile.isEmpty()) {
            return refused(
                    Profiles.isReserved(record.profile()) ? Problem.reservedProfile() : Problem.unknownProfile());
        }
        if (writer.isDiskFull() && record.kind() != SourceKind.BOX) {
            // The writer looks again if its answer is old; nobody else would wake it while all is refused.
            work.ring();
            return refused(Problem.diskFull(DISK_RETRY));
        }
        if (record.idempotencyKey().isPresent() && keys.isFull()) return busy(BUSY_RETRY);
        if (closed || writer.isBroken() || !waiting.reserve(record.payloadSize())) return busy(BUSY_RETRY);
        // A sensor has a pace of its own, which its supervisor keeps.
        Duration wait = record.kind() == SourceKind.SENSOR ? Duration.ZERO : quota.take(record.client());
        if (wait.isPositive()) {
            waiting.release(1, record.payloadSize());
            return refused(Problem.quota(config.recordsPerSecond(), wait));
        }
        // The last to be asked: only what will be written counts. What the box has to say for itself is little, and is
        // taken as long as there is room.
        Duration pause = record.kind() == SourceKind.BOX ? Duration.ZERO : throttle.take(record.payloadSize());
        if (pause.isPositive()) {
            waiting.release(1, record.payloadSize());
            // As with a full disk: the answer may be old.
            work.ring();
            metrics.throttled.increment();
            return busy(pause);
        }
        return Optional.empty();
    }

    private Optional<IntakeOutcome> busy(Duration retryAfter) {
        metrics.busy.increment();
        return Optional.of(new IntakeOutcome.Busy(retryAfter));
    }

    private Optional<IntakeOutcome> refused(Problem problem) {
        metrics.refused.increment();
        return Optional.of(new IntakeOutcome.Refused(problem));
    }

    private Arrival encode(CapturedRecord record, Profile profile, Reply reply) {
        ClockReading clock = surroundings.clock().get();
        byte[] salts = new byte[EntryEncoder.SALTS_SIZE];
        surroundings.salts().fill(salts);
        var encoded = ENCODER.get()
                .encode(
                        new EntryEncoder.Profiled(profile.name(), profile.version()),
                        record.kind(),
                        record.source(),
                        clock,
                        record.content(),
                        salts);
        long print = record.idempotencyKey()
                .map(key -> fingerprint.of(record.client(), key))
                .orElse(0L);
        return new Arrival(record, clock, encoded.leaf(), encoded.body(), print, reply);
    }

    /// Runs the task once on the executor when it is time to offer again what was answered with
    /// [IntakeOutcome.Busy]: as soon as something that waited has been written, at once if nothing waits, or a
    /// moment later if something else than the queue holds records back. Never, if the intake has ended. Any
    /// thread.
    public void whenRoom(Executor executor, Runnable task) {
        if (closed || writer.isBroken()) return;
        if (keys.isFull() || throttle.isOn()) {
            var later = CompletableFuture.delayedExecutor(HELD_BACK.toMillis(), TimeUnit.MILLISECONDS);
            later.execute(() -> Answers.execute(executor, task));
        } else {
            waiting.whenRoom(executor, task);
        }
    }

    /// Takes nothing more, has the writer finish what waits, and waits for it. The journal stays open.
    @Override
    public void close() {
        closed = true;
        Thread running;
        synchronized (this) {
            running = thread;
        }
        if (running == null || running == Thread.currentThread()) return;
        work.ring();
        boolean interrupted = false;
        while (running.isAlive()) {
            try {
                running.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
    }
}
