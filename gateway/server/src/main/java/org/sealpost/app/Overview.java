package org.sealpost.app;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.sealpost.admin.BoxState;
import org.sealpost.admin.BoxView;
import org.sealpost.admin.HealthView;
import org.sealpost.anchor.Anchored;
import org.sealpost.anchor.FinalHead;
import org.sealpost.archive.Archive;
import org.sealpost.archive.StoredRecord;
import org.sealpost.capture.Intake;
import org.sealpost.evidence.P256Key;
import org.sealpost.evidence.Seal;
import org.sealpost.hsm.Token;
import org.sealpost.merkle.Hash;
import org.sealpost.record.ClockReading;
import org.sealpost.record.SourceKind;
import org.sealpost.seal.SealedHead;

/// Looks at every part of a box for Home. Reads, and changes nothing; any thread that may read disks.
final class Overview implements BoxView {
    /// How often [#sample] is to be called.
    static final Duration SAMPLE_EVERY = Duration.ofSeconds(5);

    /// What the sealer is called among the parts of [HealthView].
    static final String SEALER = "sealer";

    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration RATE_OVER = Duration.ofMinutes(1);
    private static final Duration DISK_EVERY = Duration.ofMinutes(10);
    private static final Duration DISK_OVER = Duration.ofDays(7);

    private final LogParts log;
    private final List<? extends Anchored> anchorages;
    private final Archive archive;
    private final Intake intake;
    private final Token token;
    private final HealthView health;
    private final Supplier<ClockReading> clock;
    private final BoxFacts facts;
    private final ValidCertificates certificates;
    private final Set<String> accountsInFiles;
    private final File data;
    private final int refuseAtUsedPercent;
    private final Pace capturing;
    private final Pace filling;

    private volatile Optional<Captured> oldest = Optional.empty();

    /// When an entry was captured: kept, so that asking again costs no read.
    private record Captured(long index, Optional<ClockReading> at) {}

    Overview(
            GatewayConfig config,
            LogParts log,
            Archive archive,
            Intake intake,
            Token token,
            HealthView health,
            Supplier<ClockReading> clock,
            List<? extends Anchored> anchorages,
            BoxFacts facts,
            LongSupplier nanoTime) {
        this.log = log;
        this.archive = archive;
        this.intake = intake;
        this.token = token;
        this.health = health;
        this.clock = clock;
        this.anchorages = anchorages;
        this.facts = facts;
        this.certificates = new ValidCertificates(facts, clock);
        this.accountsInFiles = config.chains().stream()
                .filter(chain -> !chain.accountFiles().isEmpty())
                .map(EvmSettings::name)
                .collect(Collectors.toUnmodifiableSet());
        this.data = config.data().toFile();
        this.refuseAtUsedPercent = config.intake().refuseAtUsedPercent();
        this.capturing = new Pace(SAMPLE_EVERY, SAMPLE_EVERY, RATE_OVER, nanoTime);
        this.filling = new Pace(DISK_EVERY, DISK_EVERY, DISK_OVER, nanoTime);
        sample();
    }

    /// Notes how far the box is, so that [#now] can tell how fast it goes.
    void sample() {
        capturing.note(intake.metrics().accepted.sum());
        filling.note(journalBytes());
    }

    /// Whether the certificates still hold, as a part of the box's health.
    HealthView.Part certificatesPart() {
        return certificates.part();
    }

    @Override
    public BoxState now() throws IOException {
        var reading = clock.get();
        long entries = log.entries().size();
        long sealed = log.seals().sealedSize();
        var rate = capturing.upTo(intake.metrics().accepted.sum());
        var health = token.health();
        var parts = this.health.parts();
        var key = log.keys().seal().spki();
        var sealer = parts.stream().filter(part -> part.name().equals(SEALER)).findFirst();
        return new BoxState(
                reading,
                lastGoodTime(reading),
                parts,
                new BoxState.Capture(
                        !intake.isDiskFull(),
                        entries,
                        rate.map(pace -> OptionalDouble.of(pace.perSecond())).orElse(OptionalDouble.empty()),
                        rate.map(Pace.Measured::over).orElse(Duration.ZERO)),
                new BoxState.Seals(
                        sealer.stream().allMatch(HealthView.Part::well),
                        sealer.filter(HealthView.Part::well)
                                .map(HealthView.Part::cause)
                                .filter(cause -> !cause.isEmpty()),
                        log.seals().newest().map(SealedHead::seal).map(Seal::time),
                        sealed,
                        entries - sealed),
                anchors(entries),
                oldestUnanchored(entries, reading),
                room(),
                new BoxState.Token(
                        token.description(),
                        health.isReady(),
                        health.state().name(),
                        health.since(),
                        health.isInsecure()
                                ? Optional.of(new BoxState.Insecure(health.cause(), health.remedy()))
                                : Optional.empty()),
                certificates.state(),
                facts.software().get(),
                facts.sensors().get(),
                new BoxState.Identity(
                        log.identity().origin().name(),
                        P256Key.of(key).thumbprint().hex(),
                        goesOnFrom()));
    }

    private Optional<BoxState.GoesOnFrom> goesOnFrom() throws IOException {
        var previous = log.identity().genesis().previous();
        if (previous.isEmpty() || certificates.areForThisName(log.identity().origin())) return Optional.empty();
        return Optional.of(new BoxState.GoesOnFrom(previous.get().origin().name(), reason()));
    }

    /// As entry 1 of such a log says (docs/formats.md §31).
    private Optional<String> reason() throws IOException {
        var said = archive.find(1)
                .filter(record -> record.leaf().source() == SourceKind.BOX
                        && record.leaf().profile().equals("sealpost.succeeds"));
        if (said.isEmpty()) return Optional.empty();
        var reason = JSON.readTree(said.get().content().payload()).path("reason");
        return Optional.of(reason.asText()).filter(word -> !word.isEmpty());
    }

    private Optional<BoxState.GoodTime> lastGoodTime(ClockReading now) {
        if (now.state() != ClockReading.State.SYNCED)
            return facts.lastGoodTime().get();
        var source = now.source() == ClockReading.Source.SYSTEM
                ? "the system's time service"
                : now.source().name();
        return Optional.of(new BoxState.GoodTime(now.time(), source + ", now"));
    }

    private List<BoxState.Anchors> anchors(long entries) throws IOException {
        var all = new ArrayList<BoxState.Anchors>();
        for (var anchorage : anchorages) {
            var newest = anchorage.newestFinal();
            long size = newest.map(FinalHead::size).orElse(0L);
            all.add(new BoxState.Anchors(
                    anchorage.name(),
                    anchorage.trouble(),
                    anchorage.convincesOthers(),
                    size,
                    newest.map(FinalHead::since),
                    Math.max(0, entries - size),
                    accountsInFiles.contains(anchorage.name())));
        }
        return all;
    }

    /// The first entry beyond the newest final head of the anchorage that is farthest behind.
    private Optional<BoxState.Unanchored> oldestUnanchored(long entries, ClockReading now) throws IOException {
        var first = OptionalLong.empty();
        for (var anchorage : anchorages) {
            long size = anchorage.newestFinal().map(FinalHead::size).orElse(0L);
            if (first.isEmpty() || size < first.getAsLong()) first = OptionalLong.of(size);
        }
        if (first.isEmpty() || first.getAsLong() >= entries) return Optional.empty();
        var captured = captured(first.getAsLong());
        return Optional.of(
                new BoxState.Unanchored(captured.index, captured.at, captured.at.flatMap(at -> age(at, now))));
    }

    private Captured captured(long index) throws IOException {
        var known = oldest.filter(
                captured -> captured.index == index && (captured.at.isEmpty() || !archive.isHidden(index)));
        if (known.isPresent()) return known.get();
        var captured = new Captured(index, capturedAt(index));
        oldest = Optional.of(captured);
        return captured;
    }

    private Optional<ClockReading> capturedAt(long index) throws IOException {
        if (index == 0) return Optional.of(log.identity().genesis().clock());
        return archive.find(index).map(StoredRecord::capturedAt);
    }

    /// By the time since the start of the system where both are of one: that clock is never set.
    static Optional<Duration> age(ClockReading from, ClockReading to) {
        if (Arrays.equals(from.bootId(), to.bootId()) && from.sinceBootMicros() <= to.sinceBootMicros()) {
            return Optional.of(Duration.ofNanos((to.sinceBootMicros() - from.sinceBootMicros()) * 1000));
        }
        boolean trusted = from.state() != ClockReading.State.UNTRUSTED && to.state() != ClockReading.State.UNTRUSTED;
        return trusted && from.timeMillis() <= to.timeMillis()
                ? Optional.of(Duration.ofMillis(to.timeMillis() - from.timeMillis()))
                : Optional.empty();
    }

    private BoxState.Room room() {
        long total = data.getTotalSpace();
        return new BoxState.Room(
                total - data.getUsableSpace(),
                total,
                total / 100 * refuseAtUsedPercent,
                filling.upTo(journalBytes()).map(pace -> new BoxState.Pace(pace.perSecond(), pace.over())));
    }

    /// What entries, seals and tiles take as far as they are written: reserves would make it grow by whole
    /// segments.
    private long journalBytes() {
        return log.entries().bytesWritten()
                + log.seals().bytesWritten()
                + log.entries().size() * Hash.SIZE;
    }
}
