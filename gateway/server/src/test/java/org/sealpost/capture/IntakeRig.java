package org.sealpost.capture;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.journal.JournalEntry;
import org.sealpost.profile.Profile;
import org.sealpost.profile.Profiles;
import org.sealpost.record.Body;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Content;
import org.sealpost.record.Slot;
import org.sealpost.record.Source;
import org.sealpost.record.SourceKind;
import org.sealpost.stage.Doorbell;

/// An intake over a faulty disk, turned by hand, with a clock, a disk and a quota that the test sets.
public final class IntakeRig {
    public static final byte[] BOOT = new byte[16];

    public final FaultyDisk disk;
    public FaultyDisk windowDisk = new FaultyDisk();

    /// The names of files, on either disk, that cannot be read.
    public final Set<String> unreadable = new HashSet<>();

    /// How many entries may be read before the doors open.
    public long mostRead = Long.MAX_VALUE;

    /// Whether keys are brought to files after each step of the writer.
    public boolean files = true;

    /// Why they could not be, the last time it was tried.
    public Optional<Exception> fileTrouble = Optional.empty();

    public final AtomicLong nanos = new AtomicLong(1);
    public final CaptureMetrics metrics = new CaptureMetrics();
    public final List<Throwable> fatal = new ArrayList<>();
    public volatile double usedPercent = 10;
    public volatile long totalBytes = 1L << 40;
    public boolean clockFails;

    Fingerprint fingerprint;
    private IntakeConfig config;
    public Journal journal;
    public Intake intake;

    /// What a reply got, and when.
    public static final class Answer implements Reply {
        public final List<IntakeOutcome> outcomes = new ArrayList<>();
        public int flushes;
        private final Executor executor;

        public Answer(Executor executor) {
            this.executor = executor;
        }

        @Override
        public Executor executor() {
            return executor;
        }

        @Override
        public synchronized void answer(IntakeOutcome outcome) {
            outcomes.add(outcome);
        }

        @Override
        public synchronized void flush() {
            flushes++;
        }

        public synchronized boolean isPending() {
            return outcomes.isEmpty();
        }

        public synchronized IntakeOutcome outcome() {
            if (outcomes.size() != 1) throw new AssertionError("expected one answer, got " + outcomes);
            return outcomes.getFirst();
        }

        public long index() {
            return ((IntakeOutcome.Accepted) outcome()).receipt().index();
        }
    }

    public IntakeRig(IntakeConfig config) throws IOException {
        this(config, Fingerprint.of(new byte[32]));
    }

    IntakeRig(IntakeConfig config, Fingerprint fingerprint) throws IOException {
        this.disk = new FaultyDisk();
        this.config = config;
        this.fingerprint = fingerprint;
        open();
    }

    public static IntakeConfig config() {
        return new IntakeConfig(4096, 1000, 1 << 20, 1_000_000, 0, 95, Duration.ofSeconds(1));
    }

    public void open() throws IOException {
        int entry = config.maxEntryBytes();
        int group = entry < 64 << 10 ? 128 << 10 : 2 << 20;
        var shape = new JournalConfig("entries", 8 * group, entry, group);
        journal = Journal.open(new UnreadableFiles(disk, unreadable), shape, 0);
        intake = Intake.open(
                config,
                new Intake.Surroundings(this::clock, nanos::get, Salts.secure(), space(), new Doorbell(), fatal::add),
                Profiles.of(List.of(new Profile("epcis", 2))),
                metrics,
                journal,
                new Window(new UnreadableFiles(windowDisk, unreadable), new byte[32], new Doorbell()),
                fingerprint,
                mostRead);
    }

    /// Restarts the machine after a power cut of both disks.
    public void powerCut(long seed) throws IOException {
        disk.powerCut(seed);
        windowDisk.powerCut(~seed);
        open();
    }

    public void reopen(IntakeConfig newConfig) throws IOException {
        config = newConfig;
        journal.close();
        open();
    }

    private DiskSpace space() {
        return new DiskSpace() {
            @Override
            public double usedPercent() {
                return usedPercent;
            }

            @Override
            public long totalBytes() {
                return totalBytes;
            }
        };
    }

    public ClockReading clock() {
        if (clockFails) throw new IllegalStateException("no time");
        return new ClockReading(
                1_790_000_000_000L + nanos.get() / 1_000_000,
                ClockReading.State.SYNCED,
                ClockReading.Source.NTP,
                OptionalLong.of(3),
                BOOT,
                nanos.get() / 1000);
    }

    public Answer offer(String payload) {
        return offer("anna", null, payload);
    }

    public Answer offer(String client, String key, String payload) {
        return offer(record(client, key, "default", payload), Runnable::run);
    }

    public Answer offer(CapturedRecord record, Executor executor) {
        var answer = new Answer(executor);
        intake.offer(record, answer);
        return answer;
    }

    public static CapturedRecord record(String client, String key, String profile, String payload) {
        return new CapturedRecord(
                SourceKind.HTTP,
                client,
                Optional.ofNullable(key),
                "/v1/records",
                profile,
                "text/plain",
                payload.getBytes(StandardCharsets.UTF_8));
    }

    public int step() {
        int answered = intake.writer().step();
        if (files) file();
        return answered;
    }

    /// Has keys brought to files, all that wait.
    public void file() {
        fileTrouble = Optional.empty();
        try {
            while (intake.keyFiler().step() > 0) {}
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            fileTrouble = Optional.of(e);
        }
    }

    public static String payload(JournalEntry entry) {
        return new String(content(entry).payload(), StandardCharsets.UTF_8);
    }

    public static Content content(JournalEntry entry) {
        try {
            return Content.parse(shown(entry, Slot.CONTENT));
        } catch (CborMalformed e) {
            throw new AssertionError(e);
        }
    }

    public static Source source(JournalEntry entry) {
        try {
            return Source.parse(shown(entry, Slot.SOURCE));
        } catch (CborMalformed e) {
            throw new AssertionError(e);
        }
    }

    public static byte[] shown(JournalEntry entry, int slot) {
        try {
            return ((Slot.Shown) Body.parse(entry.body()).slots().get(slot)).bytes();
        } catch (CborMalformed e) {
            throw new AssertionError(e);
        }
    }
}
