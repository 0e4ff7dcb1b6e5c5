package org.sealpost.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.PublicationConfig;
import org.sealpost.anchor.PublicationLedger;
import org.sealpost.anchor.PublicationOrders;
import org.sealpost.anchor.PublicationRelay;
import org.sealpost.anchor.PublicationSigner;
import org.sealpost.hsm.KeySpec;
import org.sealpost.hsm.SigningKey;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Publication;
import org.sealpost.record.Body;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Content;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.Origin;
import org.sealpost.record.References;
import org.sealpost.record.Source;
import org.sealpost.record.SourceKind;
import org.sealpost.seal.Leaves;
import org.sealpost.stage.BrokenPromises;
import org.sealpost.stage.Doorbell;
import org.sealpost.stage.RunnerConfig;
import org.sealpost.stage.Stage;
import org.sealpost.stage.StageRunner;

/// The stage that publishes, run as a gateway runs it: its own thread, journals and folder on the disk, and the log's
/// key in a token. The log is of this benchmark's making.
final class RelayDrain implements DrainCompare.Drains {
    /// In which something has to happen.
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final String PUBLISHED = "bench.published";
    private static final String OTHER = "bench.other";

    /// Whatever is asked of ledger and token, measured as one.
    private static final String OUTSIDE = "outside";
    private static final int PER_FORCE = 1000;

    /// As `publish-per-minute` can be at most.
    private static final int PER_MINUTE = 6000;

    private static final JournalConfig ENTRIES = new JournalConfig("entries", 64 << 20, 16 << 10, 4 << 20);
    private static final JournalConfig JOURNAL =
            new JournalConfig("published-bench", 4 << 20, PublicationRelay.MAX_ENTRY_SIZE_BYTES, 1 << 20);

    private static final BrokenPromises ENDS = new BrokenPromises() {
        @Override
        public boolean include(Throwable thrown) {
            return false;
        }

        @Override
        public void end(String stage, Throwable thrown) {
            thrown.printStackTrace();
            Runtime.getRuntime().halt(70);
        }
    };

    /// A key whose signatures are measured until they are there.
    private record TimedKey(SigningKey key, Stopwatch watch) implements SigningKey {
        @Override
        public KeySpec spec() {
            return key.spec();
        }

        @Override
        public byte[] spki() {
            return key.spki();
        }

        @Override
        public CompletableFuture<byte[]> sign(byte[] input, Duration deadline) {
            watch.begin("sign");
            watch.begin(OUTSIDE);
            return key.sign(input, deadline).whenComplete((_, _) -> {
                watch.end("sign");
                watch.end(OUTSIDE);
            });
        }
    }

    private final Origin origin = new Origin("bench/relay");
    private final SecureRandom random = new SecureRandom();
    private final int records;
    private final Stopwatch watch = new Stopwatch(System::nanoTime);
    private final SigningKey seal;
    private final PublicationLedger ledger;
    private final Journal entries;
    private final Journal journal;
    private final AtomicLong sealed = new AtomicLong();
    private final PublicationRelay relay;
    private final Doorbell bell = new Doorbell();
    private final StageRunner runner;
    private final DrainedNumbers numbers;
    private long published;
    private long tookNanos;

    private RelayDrain(Path folder, DrainSite.Load load, SigningKey seal, PublicationLedger ledger) throws IOException {
        this.records = load.records();
        this.seal = seal;
        this.ledger = ledger;
        var origin = OriginId.of(seal.spki(), this.origin);
        this.numbers = new DrainedNumbers(asked -> ledger.unused(origin, asked).numbers());
        this.entries = Journal.open(DirectoryDisk.open(folder.resolve("entries")), ENTRIES, 0);
        this.journal = Journal.open(DirectoryDisk.open(folder.resolve("published-bench")), JOURNAL, 0);
        var profiles = List.of(
                new PublicationConfig.Published(PUBLISHED, Publication.Kind.COMMITMENTS, Duration.ofMinutes(1)));
        var config = new PublicationConfig(
                "bench",
                profiles,
                PER_MINUTE,
                load.inFlight(),
                Duration.ofSeconds(1),
                5,
                InstantSource.system(),
                System::nanoTime,
                () -> PublicationOrders.NONE);
        var log = new PublicationRelay.Log(
                this.origin, seal.spki(), 0, entries, Leaves.of(entries), sealed::get, index -> false);
        this.relay = PublicationRelay.open(
                config,
                log,
                new PublicationSigner(new TimedKey(seal, watch), Duration.ofSeconds(15), Optional::empty),
                journal,
                folder.resolve("publishing-bench"),
                watch.around(PublicationLedger.class, watch.around(PublicationLedger.class, ledger), _ -> OUTSIDE),
                List.of());
        this.runner = StageRunner.start(
                watch.around(Stage.class, relay),
                bell,
                new RunnerConfig(
                        RunnerConfig.Threads.VIRTUAL,
                        Duration.ofMillis(250),
                        Duration.ofMillis(100),
                        Duration.ofSeconds(5),
                        InstantSource.system(),
                        new Random(),
                        ENDS));
    }

    /// @param ledger closed with it
    static RelayDrain open(Path folder, DrainSite.Load load, SigningKey seal, PublicationLedger ledger)
            throws IOException {
        return new RelayDrain(folder, load, seal, ledger);
    }

    Origin origin() {
        return origin;
    }

    /// Records that come one after the other make one publication, so another one stands between two.
    @Override
    public void prepare(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < records; j++) append(PUBLISHED);
            append(OTHER);
            if (i * (records + 1) / PER_FORCE != (i + 1) * (records + 1) / PER_FORCE) entries.force();
        }
        entries.force();
    }

    private void append(String profile) throws IOException {
        var salts = new byte[4][32];
        for (var salt : salts) random.nextBytes(salt);
        var body = Body.of(
                new Source("bench", Optional.empty(), "/v1/records"),
                new ClockReading(
                        System.currentTimeMillis(),
                        ClockReading.State.UNTRUSTED,
                        ClockReading.Source.NONE,
                        OptionalLong.empty(),
                        new byte[16],
                        1),
                new Content("text/plain", salts[0].clone()),
                References.NONE,
                salts);
        entries.append(new HeaderLeaf(profile, 1, SourceKind.HTTP, body.commitment()).encode(), body.encode());
    }

    /// Everything is sealed at once, and waits to be published.
    @Override
    public void drain(int count) throws IOException, InterruptedException, AnchorageSetback {
        published += count;
        watch.lap();
        long start = System.nanoTime();
        sealed.set(entries.size());
        bell.ring();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        boolean begun = false;
        long waited = -1;
        while (!begun || relay.waiting() > 0) {
            long waits = relay.waiting();
            begun |= waits > 0;
            if (waits != waited) {
                waited = waits;
                deadline = System.nanoTime() + PATIENCE.toNanos();
            }
            if (System.nanoTime() > deadline) {
                throw new IOException(
                        waits + " publications wait, none came through for " + PATIENCE + ": " + relay.trouble());
            }
            Thread.sleep(10);
        }
        tookNanos = System.nanoTime() - start;
        long last = ledger.last(OriginId.of(seal.spki(), origin));
        if (last != published) throw new IOException("publication " + last + " is the last one, not " + published);
    }

    /// Those that are set aside do not wait, so that all else is drained without them.
    @Override
    public List<String> faults() throws AnchorageSetback {
        var faults = new ArrayList<String>();
        var aside = relay.setAside();
        if (!aside.isEmpty()) {
            faults.add(aside.size() + " publications were set aside, the first: "
                    + aside.getFirst().cause());
        }
        relay.trouble().ifPresent(trouble -> faults.add(trouble.cause()));
        numbers.missing(published).ifPresent(faults::add);
        return faults;
    }

    /// Of the turn's time. What the ledger is asked at the same time counts for each.
    @Override
    public Map<String, Long> spent() {
        var laps = watch.lap();
        long stepped = sum(laps, "step");
        long signing = sum(laps, "sign");
        long identity = sum(laps, "identity");
        long preparing = sum(laps, "prepare", "replace");
        long sending = sum(laps, "submit");
        long asking = sum(laps, "find", "findAll", "status", "last", "unused");
        var nanos = new LinkedHashMap<String, Long>();
        nanos.put("the ledger tries it, the account signs", preparing);
        nanos.put("handed over", sending);
        nanos.put("asked what is there, and what became of requests", asking);
        nanos.put("asked who the ledger is", identity);
        nanos.put("the log's key signs", signing);
        nanos.put("journal, files and what is decided", stepped - sum(laps, OUTSIDE));
        nanos.put("nothing is due", tookNanos - stepped);
        return nanos;
    }

    private static long sum(Map<String, Long> laps, String... names) {
        return Stream.of(names).mapToLong(name -> laps.getOrDefault(name, 0L)).sum();
    }

    @Override
    public void close() throws IOException {
        runner.close();
        ledger.close();
        journal.close();
        entries.close();
    }
}
