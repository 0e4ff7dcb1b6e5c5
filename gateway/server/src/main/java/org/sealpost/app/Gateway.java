package org.sealpost.app;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.sealpost.admin.AdminHttp;
import org.sealpost.admin.AnchorageOrders;
import org.sealpost.admin.AnchoragePages;
import org.sealpost.admin.BoxPages;
import org.sealpost.admin.BoxState;
import org.sealpost.admin.ErasurePages;
import org.sealpost.admin.ExportPages;
import org.sealpost.admin.FinderPage;
import org.sealpost.admin.HealthPages;
import org.sealpost.admin.HealthView;
import org.sealpost.admin.LedgerPages;
import org.sealpost.admin.LogPages;
import org.sealpost.admin.OwnerPages;
import org.sealpost.admin.PageParts;
import org.sealpost.admin.RecordPages;
import org.sealpost.admin.SealDelays;
import org.sealpost.admin.SearchPages;
import org.sealpost.admin.SensorPages;
import org.sealpost.anchor.Anchored;
import org.sealpost.anchor.HeadFile;
import org.sealpost.anchor.HeadRefused;
import org.sealpost.anchor.Withheld;
import org.sealpost.archive.Archive;
import org.sealpost.archive.ErasingPolicies;
import org.sealpost.archive.erasure.Erasures;
import org.sealpost.archive.index.IndexCheck;
import org.sealpost.archive.range.RangeSource;
import org.sealpost.capture.CaptureMetrics;
import org.sealpost.capture.DiskSpace;
import org.sealpost.capture.Intake;
import org.sealpost.capture.IntakeOutcome;
import org.sealpost.capture.Salts;
import org.sealpost.capture.http.HttpCapture;
import org.sealpost.capture.http.HttpConfig;
import org.sealpost.capture.http.ProblemJson;
import org.sealpost.capture.mqtt.MqttCapture;
import org.sealpost.capture.mqtt.MqttConfig;
import org.sealpost.control.Act;
import org.sealpost.control.ActScribe;
import org.sealpost.control.Claim;
import org.sealpost.control.Clients;
import org.sealpost.control.ControlLog;
import org.sealpost.control.ControlState;
import org.sealpost.evidence.P256Key;
import org.sealpost.evidence.TrustFile;
import org.sealpost.evidence.VerifierKey;
import org.sealpost.hsm.Token;
import org.sealpost.hsm.TokenFailure;
import org.sealpost.hsm.TokenHealth;
import org.sealpost.hsm.TokenListener;
import org.sealpost.hsm.Tokens;
import org.sealpost.journal.Journal;
import org.sealpost.journal.Reserve;
import org.sealpost.profile.Profile;
import org.sealpost.profile.Profiles;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Origin;
import org.sealpost.seal.CertificateRequest;
import org.sealpost.seal.Sealer;
import org.sealpost.stage.Doorbell;
import org.sealpost.stage.RunnerConfig;
import org.sealpost.stage.Stage;
import org.sealpost.stage.StageRunner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A whole box, wired by hand: the best diagram of it. It starts from the journals outwards and stops from the
/// doors inwards.
final class Gateway implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    private static final int MAX_HTTP_CONNECTIONS = 2048;

    /// With those that have not come to the end of their TLS handshake.
    private static final int MAX_SOCKETS_OF_DOOR = 3072;

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration TOKEN_PATIENCE = Duration.ofSeconds(30);
    private static final Duration REQUEST_DEADLINE = Duration.ofSeconds(15);
    private static final Duration SEALER_IDLE = Duration.ofMillis(100);
    private static final Duration FILER_IDLE = Duration.ofSeconds(10);
    private static final Duration SALVAGE_IDLE = Duration.ofHours(1);
    private static final Duration INDEXER_IDLE = Duration.ofMillis(500);
    private static final Duration SCRIBE_IDLE = Duration.ofSeconds(5);
    private static final Duration UPDATES_IDLE = Duration.ofSeconds(3);
    private static final Duration RETENTION_IDLE = Duration.ofMinutes(1);
    private static final Duration EXPORT_PATIENCE = Duration.ofMinutes(1);
    private static final Duration ERASER_IDLE = Duration.ofSeconds(1);
    private static final Duration SELF_CHECK_IDLE = Duration.ofMinutes(1);
    private static final Duration EARLIER_IDLE = Duration.ofSeconds(30);
    private static final Duration ENROLMENT_IDLE = Duration.ofSeconds(1);
    private static final Duration FIRST_RETRY = Duration.ofMillis(100);
    private static final Duration LONGEST_RETRY = Duration.ofSeconds(5);
    private static final HealthView.Part MQTT_WELL = new HealthView.Part("mqtt", true, "", "", Optional.empty());

    private final LogParts log;
    private final HealthOfParts health = new HealthOfParts();
    private final FatalEnd fatal = new FatalEnd();
    private final GatewayConfig config;
    private final KernelClock clock;
    private final Release release;
    private final ProvenTime time;
    private final Token token;
    private final Reserve reserve;
    private final ControlLog control;
    private final Erasures erasures;
    private final SealDelays delays;
    private final ErasureParts erasing;
    private final Vertx vertx;
    private final Intake intake;
    private final Optional<TlsIdentity> tls;
    private final Optional<Claim> claim;
    private final SensorParts sensors;
    private final int httpPort;
    private final Optional<UpdateParts> updates;
    private final Anchorages anchorages;
    private final Publications publications;
    private final EarlierOrigins earlier;

    // Those of the file and the owner; read by the doors.
    private final AtomicReference<Clients> clients;

    // -1 as long as the door is closed; written once.
    private volatile int mqttPort = -1;

    private volatile Optional<HealthView.Part> mqttTrouble = Optional.empty();

    private volatile boolean closing;

    // Null until there is a sealer; written once.
    private volatile @Nullable HistoryGuard guarding;

    /// What is to be closed, in the order in which it was opened. The last door may open late, so it guards
    /// itself.
    private final Deque<AutoCloseable> opened;

    private Gateway(GatewayConfig config, KernelClock clock, Deque<AutoCloseable> opened) throws Exception {
        this.config = config;
        this.clock = clock;
        this.opened = opened;

        Successor.refuseEnded(config.data());
        // First of all that is opened, since what the token says of a credential is kept there.
        makeData();
        var toNote = new Doorbell();
        var notes = config.token().notes();
        var noted = new NotedActs(notes, clock, toNote::ring);
        token = opening(Tokens.telling(config.token().open(), Act.BOX, noted));
        health.token(token);
        refuseForeign(token);
        if (!noted.begun().isEmpty()) lookWhatBecameOfKeys(token);
        reserve = openReserve();
        log = opening(openLog());
        // Once more: until the log was held, an origin succeed may have come and gone.
        Successor.refuseEnded(config.data());
        SuccessionEntries.refuseEnded(config.data(), log.entries());
        log.seals().lastProven().ifPresent(clock::remember);
        release = config.box()
                .flatMap(GatewayConfig.Box::release)
                .map(Release::read)
                .orElse(Release.NONE);
        time = provenTime();
        control = opening(ControlLog.open(small(ControlLog.KIND, Act.MAX_SIZE_BYTES), clock, fatal));
        if (config.box().isPresent()) LostControl.refuse(control, log.leaves());
        // Before any door: what is hidden stays hidden.
        erasures = opening(ErasureParts.open(config, log.entries(), clock, fatal));

        // Before anything is written: a box that cannot open its doors takes nothing.
        tls = config.http().tls() || config.mqtt().tls()
                ? Optional.of(TlsIdentity.openOrMake(config.data(), Addresses.now()))
                : Optional.empty();

        var fromFile = clientsOfFile();
        config.clientsFile().ifPresent(file -> health.part(() -> CredentialsFile.part(file, fromFile)));
        clients = new AtomicReference<>(with(control.state(), fromFile));
        var certificates = KeyCertificates.open(
                config.token().certificates(), log.identity().keys(), control);

        // Before anything new is taken: they may know of heads that this log has lost.
        var surroundings = new Anchorages.Surroundings(
                config,
                log,
                token,
                control,
                clock,
                reserve,
                health,
                runner(RunnerConfig.Threads.VIRTUAL, Anchorages.POLL),
                opened);
        anchorages = new Anchorages(surroundings);
        anchorages.start();
        // Before anything new is taken: what is captured from now on is published.
        publications = new Publications(surroundings, erasures::hides, this::withheld);
        publications.start(anchorages::publications);
        var relays = anchorages.all();

        var toSeal = new Doorbell();
        var profiles = Profiles.of(config.profiles());
        var window = WindowParts.open(config.data());
        intake = openIntake(toSeal, profiles, window);
        var noter = new TokenScribe(notes, IntakeTrail.ofToken(intake));
        takeNotes(noter);
        var salvage = new SalvageNote.Taking(config.data(), IntakeTrail.ofSalvage(intake));
        if (!takeNotes(salvage)) {
            opening(StageRunner.start(salvage, new Doorbell(), runner(RunnerConfig.Threads.PLATFORM, SALVAGE_IDLE)));
        }
        delays = new SealDelays(intake.metrics().acknowledged);
        var sealed = new Doorbell();
        var sealer = new Sealer(
                log.identity(), log.entries(), log.tree(), log.seals(), log.keys(), clock, config.sealer(), () -> {
                    delays.sealed(log.seals().sealedSize(), System.nanoTime());
                    anchorages.ring();
                    publications.ring();
                    sealed.ring();
                });
        var needed = new ArrayList<Anchored>(relays);
        needed.addAll(RelayOnDisk.others(config.data(), config.anchorageNames()));
        sealer.thinAllBut(size -> needed.stream().anyMatch(relay -> relay.holds(size)));
        var guard = new HistoryGuard(
                new ReservedStage(sealer, reserve, config.data()),
                HistoryGuard.of(relays),
                () -> HistoryGuard.canSeal(token.health().state()),
                InstantSource.system(),
                System::nanoTime);
        guarding = guard;
        var sealing = opening(StageRunner.start(guard, toSeal, runner(RunnerConfig.Threads.PLATFORM, SEALER_IDLE)));
        health.part(() -> guard.part(sealing.health()));
        opening(new Drain(intake, toSeal, sealed, sealer, sealing, token));

        // From here on stands what hands records over, so it ends before the drain.
        var toCopy = new Doorbell();
        var copying = opening(StageRunner.start(
                new ActScribe(control, IntakeTrail.ofControl(intake)),
                toCopy,
                runner(RunnerConfig.Threads.PLATFORM, SCRIBE_IDLE)));
        health.stage("act-scribe", copying::health, "acts are in force, and are copied into the log by themselves");

        var noting = opening(StageRunner.start(noter, toNote, runner(RunnerConfig.Threads.PLATFORM, SCRIBE_IDLE)));
        health.stage(
                "token-scribe",
                noting::health,
                "what was done to the token's keys waits beside the PIN file, and is copied by itself");

        var archive = new Archive(
                log.identity(),
                log.entries(),
                log.leaves(),
                log.tree(),
                log.seals(),
                relays,
                certificates::of,
                erasures);
        earlier = opening(new EarlierOrigins(
                log.identity(),
                log.leaves(),
                config.earlier(),
                () -> clock.get().time()));
        if (!config.earlier().isEmpty()) {
            opening(StageRunner.start(earlier, new Doorbell(), runner(RunnerConfig.Threads.PLATFORM, EARLIER_IDLE)));
        }
        health.parts(earlier::parts);
        var index = IndexParts.open(
                config.data(),
                window.folder().secret(),
                log.entries(),
                profiles,
                archive,
                intake::isDiskFull,
                () -> clock.get().time());
        opening(index.indexer());
        var indexing = opening(StageRunner.start(
                index.indexer(), new Doorbell(), runner(RunnerConfig.Threads.PLATFORM, INDEXER_IDLE)));
        health.part(() -> index.part(indexing.health()));

        config.retention().filter(settings -> settings.policy().isAsking()).ifPresent(this::startRetention);
        var policies = config.retention()
                .filter(settings -> !settings.erasing().isEmpty())
                .map(this::startErasingPolicies);

        erasing = opening(ErasureParts.start(
                config,
                log.entries(),
                erasures,
                intake,
                index.indexer()::isOfPresentUse,
                segment -> policies.filter(orders -> orders.isAmidst(segment)).isPresent(),
                publications::leftOf,
                earlier::otherCopies,
                clock,
                (stage, bell) -> StageRunner.start(stage, bell, runner(RunnerConfig.Threads.PLATFORM, ERASER_IDLE))));
        erasures.listen(publications::ring);
        health.part(erasing::erasing);
        health.part(erasing::copying);
        updates = config.update()
                .map(update -> opening(UpdateParts.start(
                        update,
                        intake,
                        control,
                        archive,
                        stage -> StageRunner.start(
                                stage, new Doorbell(), runner(RunnerConfig.Threads.PLATFORM, UPDATES_IDLE)))));
        updates.ifPresent(parts -> health.part(parts::part));
        var selfCheck = opening(SelfCheckParts.start(
                config.data(),
                log,
                archive,
                new IndexCheck(index.indexer()),
                this::trustFile,
                () -> clock.get().time(),
                stage -> StageRunner.start(
                        stage, new Doorbell(), runner(RunnerConfig.Threads.PLATFORM, SELF_CHECK_IDLE))));
        health.part(selfCheck::part);
        config.est().ifPresent(est -> startEnrolment(est, certificates::inForce, noted));
        vertx = Vertx.builder()
                .withTransport(SocketLimit.transport(MAX_SOCKETS_OF_DOOR))
                .build();
        opening(() -> done(vertx.close()));
        claim = config.box().map(_ -> new Claim(control, System::nanoTime, new SecureRandom()));
        control.listen(() -> {
            // Acts come from several threads: whoever was overtaken meanwhile looks at the state again.
            clients.updateAndGet(_ -> with(control.state(), fromFile));
            toCopy.ring();
            anchorages.ring();
            publications.ring();
        });
        boolean claimed = isClaimed();
        if (!claimed) {
            health.part(() -> mqttTrouble.orElse(MQTT_WELL));
            control.listen(this::openMqttOnceClaimed);
        }
        sensors = opening(
                SensorParts.open(config, control, intake, () -> clock.get().time(), erasures::hides));
        health.parts(sensors::parts);
        httpPort = openHttp(archive, index, overview(archive, certificates::inForce));
        if (claimed) openMqtt();
        sensors.begin();
    }

    /// Opens everything, recovering what a crash left; returns when the doors are open.
    ///
    /// @throws ConfigRefused if the configuration cannot be used
    /// @throws org.sealpost.journal.JournalDamaged if a journal has more than a torn tail
    static Gateway start(GatewayConfig config) throws Exception {
        return start(config, KernelClock.open(config.discipline()));
    }

    /// By another clock: a seam for tests.
    static Gateway start(GatewayConfig config, KernelClock clock) throws Exception {
        var opened = new ConcurrentLinkedDeque<AutoCloseable>();
        try {
            return new Gateway(config, clock, opened);
        } catch (Exception e) {
            try {
                close(opened);
            } catch (Exception secondary) {
                e.addSuppressed(secondary);
            }
            throw e;
        }
    }

    int httpPort() {
        return httpPort;
    }

    /// -1 as long as nobody has claimed the box.
    int mqttPort() {
        return mqttPort;
    }

    /// What the doors show of themselves over TLS, where they speak it.
    Optional<TlsIdentity> tls() {
        return tls;
    }

    /// How the box comes to its owner, where it is a box of its own.
    Optional<Claim> claim() {
        return claim;
    }

    /// Has this called after each act, such as the claim.
    void whenActed(Runnable listener) {
        control.listen(listener);
    }

    Origin origin() {
        return log.identity().origin();
    }

    /// One line for whoever started it.
    String summary() {
        return "origin " + log.identity().origin() + ", " + log.entries().size() + " entries, token "
                + token.description();
    }

    /// What a reader needs to trust this box: docs/formats.md §9.
    String trustFile() {
        var text = new StringBuilder(TrustFile.naming(
                log.identity().origin(),
                log.identity().genesisHash(),
                log.identity().keys().keys()));
        text.append(anchorages.trustLines());
        return text.toString();
    }

    /// Whether every anchorage was reached once, so that [#trustFile] names them all.
    boolean knowsItsAnchorages() {
        return anchorages.areKnown();
    }

    /// From the doors inwards. What was acknowledged is durable before and after.
    @Override
    public void close() throws IOException {
        closing = true;
        close(opened);
    }

    /// A disk that was put into another box, or copied into one, must not be written on: nothing that is
    /// captured there could be sealed, and whoever finds the box must be told.
    private static void refuseForeign(Token token) throws InterruptedException {
        var health = token.settle(TOKEN_PATIENCE);
        if (health.state() == TokenHealth.State.FOREIGN_STORE) throw new StartRefused(health.cause(), health.remedy());
    }

    /// Somebody was making a key and was interrupted: whoever lists the keys next finds out what became of it.
    private static void lookWhatBecameOfKeys(Token token) {
        try {
            token.keys();
        } catch (TokenFailure | UncheckedIOException notNow) {
            LOG.warn(
                    "a key was being made and may be there: {}; looked at again at the next start",
                    notNow.getMessage());
        }
    }

    private void makeData() throws IOException {
        try {
            Files.createDirectories(config.data());
        } catch (FileSystemException e) {
            throw StartRefused.unusable(config.data(), e);
        }
    }

    private Reserve openReserve() throws IOException {
        try {
            return LogParts.reserve(config);
        } catch (FileSystemException e) {
            throw StartRefused.unusable(config.data(), e);
        }
    }

    private Journal small(String kind, int maxEntrySizeBytes) throws IOException {
        return LogParts.small(config.data(), kind, maxEntrySizeBytes, reserve::behind);
    }

    private LogParts openLog() throws IOException {
        try {
            return LogParts.open(config, token, clock, reserve);
        } catch (FileSystemException e) {
            throw StartRefused.unusable(config.data(), e);
        }
    }

    // --- the record's way, in its order

    private Intake openIntake(Doorbell toSeal, Profiles profiles, WindowParts window) throws IOException {
        var surroundings = new Intake.Surroundings(
                clock,
                System::nanoTime,
                Salts.secure(),
                DiskSpace.of(config.data()),
                toSeal,
                broken -> fatal.end("intake-writer", broken));
        var intake = opening(Intake.open(
                config.intake(), surroundings, profiles, new CaptureMetrics(), log.entries(), window.folder()));
        intake.start();
        var filing = opening(StageRunner.start(
                intake.keyFiler(), window.folder().toFile(), runner(RunnerConfig.Threads.PLATFORM, FILER_IDLE)));
        health.part(() -> WindowParts.filing(intake, filing.health()));
        health.part(() -> WindowParts.keys(intake));
        health.part(() -> disk(intake));
        recordStart(intake);
        return intake;
    }

    /// The box's own entry of each start. It also keeps a new log from staying at size 1, which is never
    /// sealed.
    private void recordStart(Intake intake) throws IOException {
        var content = Version.TEXT.getBytes(StandardCharsets.UTF_8);
        switch (BoxRecord.offer(intake, Profiles.START, Optional.empty(), "start", "text/plain", content)) {
            case IntakeOutcome.Accepted _, IntakeOutcome.Repeated _ -> {}
            // A box whose disk is full must still start, so that its records can be read and its disk be cleared.
            case IntakeOutcome.Refused(var problem) -> LOG.warn("the start is not in the log: {}", problem.title());
            case IntakeOutcome.Conflict _, IntakeOutcome.Busy _ ->
                throw new IOException("the start could not be recorded");
        }
    }

    /// What was done while no gateway ran stands in the log before anything that is captured from now on.
    ///
    /// @return whether none is left
    private static boolean takeNotes(Stage noter) throws Exception {
        try {
            while (noter.step() > 0) {}
            return true;
        } catch (IOException e) {
            LOG.warn("{}: {}; tried again from now on", noter.name(), e.getMessage());
            return false;
        }
    }

    private HealthView.Part disk(Intake intake) {
        var since = intake.diskFullSince();
        long pace = intake.metrics().throttleBytesPerSecond.get();
        if (since.isEmpty() && pace > 0) {
            return new HealthView.Part(
                    "disk",
                    true,
                    "records are slowed down to " + pace + " bytes a second: above "
                            + config.intake().throttleAtUsedPercent() + " % used",
                    "make room; nothing that is not anchored is deleted by itself",
                    Optional.empty());
        }
        if (since.isEmpty()) return new HealthView.Part("disk", true, "", "", Optional.empty());
        return new HealthView.Part(
                "disk",
                false,
                "records are refused: above " + config.intake().refuseAtUsedPercent() + " % used, or no room to write",
                "make room; nothing that is not anchored is deleted by itself",
                since);
    }

    /// Why nothing may be written down that the release in the other slot could not read.
    private Optional<String> trial() {
        if (updates.isEmpty()) return Optional.empty();
        var seen = updates.get().agent().seen().status();
        if (seen.isEmpty())
            return Optional.of(
                    "The update agent has not answered yet, so nobody knows whether this release is on" + " trial.");
        return seen.get().trial()
                ? Optional.of("This release is on trial until it is confirmed; order it then.")
                : Optional.empty();
    }

    /// Why nothing is signed for publications to an anchorage now.
    private Optional<Withheld> withheld(String anchorage) {
        var guard = guarding;
        return guard == null ? Optional.of(HistoryGuard.NOT_BEGUN) : guard.withheld(anchorage);
    }

    private void startRetention(RetentionSettings settings) {
        var retention = RetentionParts.of(settings, log, anchorages.all(), intake, publications::owedBelow, clock);
        var running = opening(StageRunner.start(
                new ReservedStage(retention, reserve, config.data()),
                new Doorbell(),
                runner(RunnerConfig.Threads.PLATFORM, RETENTION_IDLE)));
        health.part(() -> RetentionParts.part(retention, running.health()));
    }

    private ErasingPolicies startErasingPolicies(RetentionSettings settings) {
        var policies =
                RetentionParts.erasing(settings, log, erasures, anchorages.all(), intake, clock, config.eraseWithin());
        var running = opening(
                StageRunner.start(policies, new Doorbell(), runner(RunnerConfig.Threads.PLATFORM, RETENTION_IDLE)));
        health.part(() -> RetentionParts.part(policies, running.health()));
        return policies;
    }

    private void startEnrolment(EstSettings est, Supplier<List<byte[]>> certificates, TokenListener noted) {
        var key = log.keys().seal();
        var box = new Enroller.Box(
                key,
                log.identity().origin(),
                this::mayEnrol,
                certificates,
                clock,
                time::floor,
                new CertifiedKey(key, token, control, noted));
        var enroller = new Enroller(
                est, box, Enroller.server(est), config.data().resolve("est-request"), System::nanoTime, new Random());
        opening(StageRunner.start(enroller, new Doorbell(), runner(RunnerConfig.Threads.VIRTUAL, ENROLMENT_IDLE)));
        // First, so that the runner need not wait for a server.
        opening(enroller);
        health.part(enroller::part);
    }

    /// A box without an owner has nobody whose CA it could ask.
    private boolean mayEnrol() {
        return config.box().isEmpty() || control.state().isClaimed();
    }

    private ProvenTime provenTime() {
        return new ProvenTime(
                release.buildTime().orElse(Instant.EPOCH), () -> log.seals().lastProven(), clock);
    }

    // --- the doors

    private boolean isClaimed() {
        return claim.map(Claim::isClaimed).orElse(true);
    }

    private static Clients with(ControlState state, Clients fromFile) {
        return state.owner().map(fromFile::with).orElse(fromFile);
    }

    private Clients clientsOfFile() {
        if (config.clientsFile().isEmpty()) return Clients.none();
        try {
            return Clients.read(config.clientsFile().get());
        } catch (IOException e) {
            throw new ConfigRefused("clients.file cannot be read: " + e.getMessage());
        } catch (IllegalArgumentException e) {
            throw new ConfigRefused(String.valueOf(e.getMessage()));
        }
    }

    private Overview overview(Archive archive, Supplier<List<byte[]>> certificates) throws IOException {
        var software = software();
        var facts = new BoxFacts(
                () -> time.last().map(Gateway::goodTime),
                () -> Optional.of(time.floor()).filter(floor -> !floor.equals(Instant.EPOCH)),
                certificates,
                () -> tls.map(TlsIdentity::certificate),
                () -> updates.map(parts -> software.with(parts.agent().seen())).orElse(software),
                sensors::states);
        var overview = new Overview(
                config, log, archive, intake, token, health, clock, anchorages.all(), facts, System::nanoTime);
        health.part(overview::certificatesPart);
        vertx.setPeriodic(Overview.SAMPLE_EVERY.toMillis(), _ -> inBackground(overview::sample));
        return overview;
    }

    /// Only an image has slots, so a machine that was booted from one by somebody else's is not asked.
    private BoxState.Software software() throws IOException {
        if (release.equals(Release.NONE)) {
            return new BoxState.Software(Version.TEXT, Optional.empty(), Optional.empty());
        }
        return new BoxState.Software(Version.TEXT, release.image(), BootedSlot.read());
    }

    private static BoxState.GoodTime goodTime(ClockReading proven) {
        return new BoxState.GoodTime(proven.time(), proven.source().name());
    }

    private int openHttp(Archive archive, IndexParts index, Overview overview) throws Exception {
        var parts = new PageParts(System::nanoTime, updates.isPresent());
        var standard = HttpConfig.defaults();
        var http = new HttpConfig(
                config.http().host(),
                config.http().port(),
                standard.maxHeaderBytes(),
                // As much may arrive as may wait; so the largest record always fits.
                Math.max(HttpConfig.MIN_BODIES_BYTES, config.intake().maxWaitingBytes()),
                standard.bodyTimeout(),
                standard.idleTimeout());
        Function<HttpServerRequest, Optional<String>> client = request -> HttpCapture.client(request, clients.get());
        var exports = new ExportPages(vertx, client, this::carried, EXPORT_PATIENCE);
        var ledgers = new LedgerParts(anchorages.all(), config.anchorages(), config.retention(), publications);
        var orders =
                new AnchorageOrders(Set.copyOf(config.anchorageNames()), control, this::trial, publications::isOpen);
        var door = new HttpDoor(
                claim.map(box -> ownerPages(box, parts)),
                new HttpCapture(vertx, intake, clients::get, log.identity().origin(), http),
                new AdminHttp(
                        vertx,
                        request -> client.apply(request).or(() -> parts.client(request)),
                        new RecordPages(archive),
                        earlier,
                        new SearchPages(index.search(), archive::size, findable()),
                        new LogPages(log.leaves(), log.tree(), log.seals(), verifierKeys(), this::headFile),
                        new HealthPages(
                                health,
                                intake.metrics(),
                                delays,
                                this::figures,
                                sensors::states,
                                () -> ledgers.figures(log.entries().size(), control.state()))),
                new BoxPages(
                        vertx,
                        parts,
                        token -> clients.get().byToken(token),
                        overview,
                        new FinderPage(index.search(), archive::size, findable()),
                        System::nanoTime),
                new SensorPages(vertx, parts, client, sensors, () -> clock.get().time()),
                new ErasurePages(
                        vertx,
                        client,
                        erasures,
                        log.identity().origin().name(),
                        named -> earlier.of(named).isPresent(),
                        erasing::waitsFor),
                exports,
                new AnchoragePages(vertx, client, orders),
                new LedgerPages(
                        vertx,
                        parts,
                        named -> ledgers.states(log.entries().size(), named),
                        earlier::heads,
                        this::headFile,
                        orders,
                        () -> clock.get().time()));
        var options = http.serverOptions();
        if (config.http().tls()) tls.orElseThrow().secure(options);
        var server = vertx.createHttpServer(options)
                .requestHandler(new RestOfBody(vertx, door))
                .connectionHandler(new ConnectionLimit(MAX_HTTP_CONNECTIONS))
                .invalidRequestHandler(ProblemJson::sendInvalid);
        listening("http", config.http(), server.listen());
        opening(() -> done(server.close()));
        opening(exports);
        return server.actualPort();
    }

    /// The log as a range of it is carried away, at its newest seal.
    private Optional<RangeSource> carried() {
        var checkpoint = log.seals().newestCheckpoint();
        return log.seals()
                .newest()
                .map(head -> new RangeSource(
                        log.identity(),
                        log.entries(),
                        log.leaves(),
                        log.tree(),
                        head,
                        checkpoint,
                        List.of(),
                        erasures::hides));
    }

    /// The newest head for whoever lodges it where this box cannot: from what each ledger is known to hold.
    private Optional<byte[]> headFile(OptionalLong from) throws IOException {
        var checkpoint = log.seals().newestCheckpoint();
        if (checkpoint.isEmpty() || from.orElse(0) >= checkpoint.get().head().size()) return Optional.empty();
        var bases = anchorages.all().stream().map(Anchored::finalSize).collect(Collectors.toCollection(HashSet::new));
        from.ifPresent(bases::add);
        try {
            return Optional.of(HeadFile.of(log.identity(), log.tree(), checkpoint.get(), bases)
                    .toBytes());
        } catch (HeadRefused e) {
            throw new IOException(e);
        }
    }

    /// The profiles whose records can be found by a business key.
    private List<String> findable() {
        return config.profiles().stream()
                .filter(profile -> profile.businessKey().isPresent())
                .map(Profile::name)
                .sorted()
                .toList();
    }

    private OwnerPages ownerPages(Claim toClaim, PageParts parts) {
        var key = log.keys().seal();
        var origin = log.identity().origin();
        var subject = new OwnerPages.Subject(
                toClaim,
                control,
                P256Key.of(key.spki()),
                () -> CertificateRequest.of(key, origin, REQUEST_DEADLINE),
                origin,
                time::floor,
                updates.map(UpdateParts::agent));
        return new OwnerPages(vertx, parts, subject, request -> HttpCapture.client(request, clients.get()));
    }

    /// On the thread that appended the act, so that whoever is told of the claim finds the door open.
    private synchronized void openMqttOnceClaimed() {
        if (!isClaimed() || mqttPort >= 0) return;
        try {
            openMqtt();
            mqttTrouble = Optional.empty();
        } catch (Exception e) {
            LOG.warn("MQTT is not open yet: {}", e.getMessage());
            var since = mqttTrouble
                    .flatMap(HealthView.Part::since)
                    .orElseGet(() -> clock.get().time());
            mqttTrouble = Optional.of(new HealthView.Part(
                    "mqtt",
                    false,
                    String.valueOf(e.getMessage()),
                    "free the port; the door is opened by itself",
                    Optional.of(since)));
            vertx.setTimer(LONGEST_RETRY.toMillis(), _ -> inBackground(this::openMqttOnceClaimed));
        }
    }

    private void openMqtt() throws Exception {
        var standard = MqttConfig.defaults();
        var mqtt = new MqttConfig(
                config.mqtt().host(),
                config.mqtt().port(),
                standard.eventLoops(),
                standard.maxConnections(),
                standard.receiveMaximum(),
                standard.connectTimeout());
        var door = listening("mqtt", config.mqtt(), MqttCapture.start(vertx, intake, clients::get, mqtt, options -> {
            if (config.mqtt().tls()) tls.orElseThrow().secure(options);
        }));
        opening(() -> done(door.close()));
        mqttPort = door.port();
    }

    private HealthPages.LogFigures figures() {
        return new HealthPages.LogFigures(
                log.entries().size(), log.seals().sealedSize(), log.entries().bytesOnDisk());
    }

    /// C2SP verifier keys, that of the sealing key in force first, those of earlier ones last.
    private String verifierKeys() {
        var origin = log.identity().origin();
        var keys = new StringBuilder(
                VerifierKey.p256(origin, P256Key.of(log.keys().seal().spki())).format());
        keys.append('\n');
        log.keys()
                .checkpoint()
                .ifPresent(key -> keys.append(VerifierKey.ed25519(origin, Sealer.ed25519(key.spki()))
                                .format())
                        .append('\n'));
        var earlier = log.identity().keys().keys().reversed();
        for (var key : earlier.subList(1, earlier.size())) {
            keys.append(VerifierKey.p256(origin, key).format()).append('\n');
        }
        return keys.toString();
    }

    // --- small things

    /// For timers, which may ring while the doors close: whoever would do it is gone soon.
    private void inBackground(Runnable work) {
        if (closing) return;
        vertx.executeBlocking(() -> {
            work.run();
            return work;
        });
    }

    private RunnerConfig runner(RunnerConfig.Threads threads, Duration idle) {
        return new RunnerConfig(threads, idle, FIRST_RETRY, LONGEST_RETRY, InstantSource.system(), new Random(), fatal);
    }

    private static <T> T listening(String table, GatewayConfig.Listen at, Future<T> door) throws Exception {
        try {
            return done(door);
        } catch (ExecutionException e) {
            throw new ConfigRefused("[" + table + "] cannot listen on " + at.host() + ", port " + at.port() + ": "
                    + e.getCause().getMessage()
                    + "; another program may have the port, or the host is not this machine");
        }
    }

    private static <T> T done(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private <T extends AutoCloseable> T opening(T part) {
        opened.push(part);
        return part;
    }

    private static void close(Deque<AutoCloseable> opened) throws IOException {
        var failed = new IOException("the gateway did not close cleanly; the next start recovers");
        for (var part = opened.poll(); part != null; part = opened.poll()) {
            try {
                part.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                failed.addSuppressed(e);
            } catch (Exception e) {
                failed.addSuppressed(e);
            }
        }
        if (failed.getSuppressed().length > 0) throw failed;
    }
}
