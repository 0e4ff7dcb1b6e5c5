package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.sealpost.admin.HealthView;
import org.sealpost.anchor.AnchorProofs;
import org.sealpost.anchor.Anchorage;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.Anchored;
import org.sealpost.anchor.AtOnceEntries;
import org.sealpost.anchor.Capabilities;
import org.sealpost.anchor.DoubtFile;
import org.sealpost.anchor.KeptEntries;
import org.sealpost.anchor.PublicationCapabilities;
import org.sealpost.anchor.PublicationLedger;
import org.sealpost.anchor.Relay;
import org.sealpost.anchor.RelayConfig;
import org.sealpost.anchor.RelayOrders;
import org.sealpost.anchor.ReplacedRequests;
import org.sealpost.anchor.SealedHeads;
import org.sealpost.anchor.UnreadableRelay;
import org.sealpost.anchor.evm.EvmContract;
import org.sealpost.anchor.evm.EvmLedger;
import org.sealpost.anchor.evm.EvmPublications;
import org.sealpost.anchor.fabric.FabricLedger;
import org.sealpost.anchor.fabric.FabricPublications;
import org.sealpost.anchor.local.LocalLedger;
import org.sealpost.anchor.tsa.TimestampAuthority;
import org.sealpost.control.ControlLog;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.P256Key;
import org.sealpost.evidence.TrustFile;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.Token;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalDamaged;
import org.sealpost.journal.JournalFull;
import org.sealpost.journal.Reserve;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Publication;
import org.sealpost.stage.Doorbell;
import org.sealpost.stage.RunnerConfig;
import org.sealpost.stage.StageRunner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The anchorages of a box, each with its relay, its journals and its part of the health: the one place that knows how
/// each kind is opened in a gateway. [OpenedAnchorage] is that of the command line.
final class Anchorages {
    /// How often a relay asks its anchorage while something is under way there.
    static final Duration POLL = Duration.ofMillis(250);

    private static final Logger LOG = LoggerFactory.getLogger(Anchorages.class);

    private final Surroundings box;
    private final OwnAccounts own;
    private final ChainAccounts accounts;

    // Whoever runs already asks for those before it, while the others are opened.
    private final List<Anchored> all = new CopyOnWriteArrayList<>();

    private final List<Doorbell> bells = new ArrayList<>();

    Anchorages(Surroundings box) {
        this.box = box;
        this.own = new OwnAccounts(box.config.chains(), this::known);
        this.accounts = new ChainAccounts(box.log.identity().genesis(), own);
    }

    /// What they have of the box.
    ///
    /// @param runner of their stages
    /// @param opened gets what is to be closed, in the order in which it was opened
    record Surroundings(
            GatewayConfig config,
            LogParts log,
            Token token,
            ControlLog control,
            KernelClock clock,
            Reserve reserve,
            HealthOfParts health,
            RunnerConfig runner,
            Deque<AutoCloseable> opened) {}

    /// Opens those that the configuration has, in its order, and has their relays run.
    ///
    /// @throws HeadsLost if one of them knows a larger head than this log has
    /// @throws JournalFull if a journal is not there yet, and there is no room to begin it
    void start() throws IOException {
        for (var settings : box.config.anchorages()) {
            if (settings instanceof EvmSettings evm) accountFiles(evm);
            if (settings instanceof FabricSettings fabric) repeatedPeers(fabric);
            run(
                    settings.name(),
                    switch (settings) {
                        case LocalSettings local -> openRelay(local, localLedger());
                        case EvmSettings evm -> openRelay(evm, evmLedger(evm));
                        case FabricSettings fabric -> openRelay(fabric, fabricLedger(fabric));
                        case AuthoritySettings authority -> openAuthority(authority);
                    });
        }
    }

    /// Well all the same: what such a key can do needs no trust.
    private void accountFiles(EvmSettings evm) {
        for (var key : evm.accountFiles()) {
            var name = "account " + evm.name() + (key.equals(evm.accountKey()) ? "" : " publications");
            var copied = own.warning(evm, key);
            copied.ifPresent(LOG::warn);
            var words = key.warning() + copied.map(it -> "; " + it).orElse("");
            var part = new HealthView.Part(name, true, words, AccountKey.REMEDY, Optional.empty());
            box.health.part(() -> part);
        }
    }

    /// Well all the same: one that stands there twice counts once.
    private void repeatedPeers(FabricSettings fabric) {
        if (fabric.warning().isEmpty()) return;
        var words = fabric.warning().get();
        LOG.warn("{}; {}", words, FabricSettings.REMEDY);
        var part = new HealthView.Part("peers " + fabric.name(), true, words, FabricSettings.REMEDY, Optional.empty());
        box.health.part(() -> part);
    }

    private Optional<AnchorIdentity> known(String name) {
        return all.stream().filter(each -> each.name().equals(name)).findFirst().flatMap(Anchored::identity);
    }

    /// What is known of their heads, in the order of the configuration; a view.
    List<Anchored> all() {
        return Collections.unmodifiableList(all);
    }

    /// Something new is sealed or ordered.
    void ring() {
        bells.forEach(Doorbell::ring);
    }

    /// Whether each was reached once, so that [#trustLines] names them all.
    boolean areKnown() {
        return all.stream().allMatch(each -> each.identity().isPresent());
    }

    /// What a trust file says of them.
    String trustLines() {
        var text = new StringBuilder();
        for (var chain : box.config.chains()) {
            if (known(chain.name()).orElse(null) instanceof AnchorIdentity.Evm evm) {
                text.append(TrustLine.ofContract(evm, chain));
            }
        }
        for (var authority : box.config.authorities()) {
            text.append(TrustFile.namingAuthority(authority.config().certificate()));
        }
        return text.toString();
    }

    // --- the kinds

    /// The local ledger, or what says of it at each look that it cannot be read: what its relay knows stays known.
    private Anchorage localLedger() throws IOException {
        try {
            var identity = box.log.identity();
            var own = OriginId.of(identity.keys().first().spki(), identity.origin());
            return LocalLedger.open(
                    opening(small(LocalLedger.JOURNAL, LocalLedger.MAX_ENTRY_SIZE_BYTES)),
                    Map.of(own, identity.keys()));
        } catch (JournalFull full) {
            throw full;
        } catch (IOException | JournalDamaged e) {
            String cause = unreadable("the local ledger", e);
            return new DeferredAnchorage(
                    () -> {
                        throw new AnchorageSetback(
                                "the local ledger cannot be read: " + cause, UnreadableRelay.BRING_BACK);
                    },
                    new Capabilities("as soon as it is there", false, false));
        }
    }

    private Anchorage evmLedger(EvmSettings evm) {
        var reached = new SeldomAsked(it -> RelayOnDisk.anyGoesOn(box.config, it), System::nanoTime);
        return new DeferredAnchorage(
                () -> {
                    var account = accounts.key(box.token, evm);
                    EvmContract.deployOnce(evm.config(), account, evm.contract(), known(evm.name()));
                    var contract = EvmContract.creation(evm.contract()).orElseThrow();
                    return EvmLedger.open(evm.config(), contract, reached, account);
                },
                new Capabilities(
                        "as the chain says",
                        true,
                        false,
                        Optional.of(evm.config().stuckAfter()),
                        false));
    }

    /// Where publications to an anchorage go.
    PublicationLedger publications(AnchorageSettings anchorage) {
        return switch (anchorage) {
            case EvmSettings evm -> publications(evm, evm.publishingAccount().orElseThrow());
            case FabricSettings fabric ->
                new DeferredPublications(
                        () -> FabricPublications.open(
                                fabric.config(), identity(fabric), box.clock, fabric.collection()),
                        FabricPublications.offered(),
                        Optional.empty());
            case LocalSettings _, AuthoritySettings _ ->
                throw new IllegalArgumentException(anchorage.name() + " takes no publications");
        };
    }

    /// The chain's relay of heads brings the contract that has the keys.
    private PublicationLedger publications(EvmSettings evm, PublishingAccount publishing) {
        var reached = new SeldomAsked(it -> PublishingStanding.anyGoesOn(box.config, it), System::nanoTime);
        return new DeferredPublications(
                () -> {
                    var heads = EvmContract.pinned(evm.contract())
                            .orElseThrow(() -> new AnchorageSetback(
                                    "the contract for heads is not on " + evm.name() + " yet",
                                    "none needed while the relay brings it there; else look at its trouble"));
                    var account = accounts.keyForPublications(box.token, evm, publishing);
                    EvmContract.deployPublicationsOnce(
                            evm.config(), account, heads, publishing.contract(), known(evm.name()));
                    var contract = EvmContract.creation(publishing.contract()).orElseThrow();
                    return EvmPublications.open(evm.config(), heads, contract, reached, account);
                },
                new PublicationCapabilities(
                        "as the chain says", EvmPublications.MAX_CONTENT, Publication.MAX_COUNT, false, false),
                Optional.of(evm.config().stuckAfter()));
    }

    private Anchorage fabricLedger(FabricSettings fabric) {
        return new DeferredAnchorage(
                () -> FabricLedger.open(fabric.config(), identity(fabric), box.clock), FabricLedger.offered());
    }

    /// None that seals this log, or did: it signs nothing that others ask for. The configuration names the first of
    /// them only.
    private SigningKey identity(FabricSettings fabric) throws AnchorageSetback {
        var key = OpenedAnchorage.identity(box.token, fabric.identityKey());
        var identity = new OpenedAnchorage.Identity(fabric.name(), fabric.identityKey(), P256Key.of(key.spki()));
        if (!box.log.identity().keys().keys().contains(identity.key())) return key;
        throw new AnchorageSetback(identity.isSealing(), OpenedAnchorage.ANOTHER_IDENTITY).untilSomebodyActs();
    }

    /// What an authority answered is all that tells what it stamped, so without it the relay stands still.
    ///
    /// @throws HeadsLost if it stamped a larger head than this log has
    private Anchored openAuthority(AuthoritySettings settings) throws IOException {
        String name = settings.name();
        AnchorProofs kept;
        try {
            kept = openProofs(name);
        } catch (JournalFull full) {
            throw full;
        } catch (IOException | JournalDamaged e) {
            return new UnreadableRelay(
                    name, true, isNamed(name), unreadable("the time stamps of relay " + name, e), Instant.now());
        }
        long sealed = box.log.seals().sealedSize();
        if (kept.largest() > sealed) throw new HeadsLost(name, kept.largest(), sealed);
        var authority =
                TimestampAuthority.open(settings.config(), kept::find, box.clock, System::nanoTime, new SecureRandom());
        return openRelay(settings, authority, Optional.of(kept));
    }

    // --- what all of them have

    private Anchored openRelay(AnchorageSettings settings, Anchorage anchorage) throws IOException {
        return openRelay(settings, anchorage, proofs(settings.name(), anchorage));
    }

    /// Capture and sealing are worth more than lodging: what cannot be read is shown, and stops nothing else.
    private Anchored openRelay(AnchorageSettings settings, Anchorage anchorage, Optional<AnchorProofs> proofs)
            throws IOException {
        String name = settings.name();
        try {
            var journal = opening(small("anchors-" + name, Relay.MAX_ENTRY_SIZE_BYTES));
            opening(anchorage);
            var heads = new SealedHeads(
                    box.log.seals(),
                    box.log.tree(),
                    box.log.identity(),
                    AtOnceEntries.of(box.log.leaves(), box.config.anchoredAtOnce()));
            var pace = RelayConfig.of(name)
                    .withPoll(POLL)
                    .withPolicy(settings.policy())
                    .withNamed(isNamed(name))
                    .withOrders(() -> ordered(name));
            var relay = Relay.open(
                    box.config.thinsAnchors() ? pace.withThinning(RelayConfig.NEWEST) : pace,
                    journal,
                    kept(name, journal),
                    proofs,
                    replaced(name, anchorage),
                    Optional.of(DoubtFile.of(box.config.data(), name)),
                    anchorage,
                    heads);
            long sealed = box.log.seals().sealedSize();
            var beyond = relay.firstFinalCovering(sealed);
            if (beyond.isPresent()) throw new HeadsLost(name, beyond.get().size(), sealed);
            return relay;
        } catch (JournalFull full) {
            throw full;
        } catch (IOException | JournalDamaged e) {
            String cause = unreadable("the journal of relay " + name, e);
            var can = anchorage.capabilities();
            return new UnreadableRelay(
                    name,
                    can.convincesOthers(),
                    can.makesFinal(isNamed(name)),
                    cause,
                    Instant.now(),
                    can.keepsHistoryElsewhere()
                            ? DoubtFile.of(box.config.data(), name).read()
                            : Optional.empty());
        }
    }

    private void run(String name, Anchored anchored) {
        all.add(anchored);
        box.health.part(() -> anchored.trouble()
                .map(trouble -> new HealthView.Part(
                        "relay " + name,
                        !trouble.urgent(),
                        trouble.cause(),
                        trouble.remedy(),
                        Optional.of(trouble.since())))
                .orElseGet(() -> standing(name)));
        if (!(anchored instanceof Relay relay)) return;
        var bell = new Doorbell();
        bells.add(bell);
        box.opened.push(relay::end); // once nobody has it step any more
        opening(StageRunner.start(relay, bell, box.runner));
    }

    /// Of a relay that is well; one that is parked does as it was told.
    private HealthView.Part standing(String name) {
        var parked = box.control.state().of(name).parked();
        return new HealthView.Part(
                "relay " + name,
                true,
                parked.map(by -> "parked by " + by.by() + ": nothing more is sent there, and heads wait")
                        .orElse(""),
                parked.map(_ -> "sealpost anchor unpark " + name).orElse(""),
                parked.map(by -> by.clock().time()));
    }

    private RelayOrders ordered(String name) {
        var said = box.control.state().of(name);
        var at = said.resubmit().map(act -> act.clock().time()).orElse(Instant.MIN);
        return new RelayOrders(said.parked().isPresent(), said.resubmitted(), at);
    }

    private boolean isNamed(String anchorage) {
        return box.config
                .retention()
                .filter(settings -> settings.names(anchorage))
                .isPresent();
    }

    /// Where proofs of what is final are kept. Lodging does not wait for them, nor for a journal of them that cannot be
    /// read: evidence says less meanwhile.
    private Optional<AnchorProofs> proofs(String name, Anchorage anchorage) {
        if (!anchorage.capabilities().convincesOthers()) return Optional.empty();
        try {
            return Optional.of(openProofs(name));
        } catch (IOException | JournalDamaged e) {
            String cause = Refusal.words(e);
            LOG.error("the proofs of relay {} cannot be kept: {}", name, cause);
            var since = Optional.of(Instant.now());
            box.health.part(() -> new HealthView.Part(
                    "proofs " + name,
                    false,
                    "what proves anchors to others cannot be read or kept: " + cause,
                    "heads are lodged meanwhile; stop the gateway and move the folders proofs-" + name + " and proved-"
                            + name + ", where it is there, away, or make room: what the ledger still gives is fetched"
                            + " anew",
                    since));
            return Optional.empty();
        }
    }

    /// Where requests made in the place of others are kept. Without it none are made.
    private Optional<ReplacedRequests> replaced(String name, Anchorage anchorage) {
        if (anchorage.capabilities().stuckAfter().isEmpty()) return Optional.empty();
        String kind = ReplacedRequests.PREFIX + name;
        try {
            var journal = opening(LogParts.small(box.config.data(), kind, ReplacedRequests.MAX_ENTRY_SIZE_BYTES));
            return Optional.of(ReplacedRequests.open(name, journal));
        } catch (IOException | JournalDamaged e) {
            String cause = Refusal.words(e);
            LOG.error("requests of relay {} that are stuck cannot be replaced: {}", name, cause);
            var since = Optional.of(Instant.now());
            box.health.part(() -> new HealthView.Part(
                    "replacements " + name,
                    false,
                    "what was sent in the place of stuck requests cannot be read or kept: " + cause,
                    "heads are lodged meanwhile, and a stuck request waits; stop the gateway and move the folder "
                            + kind + " away, or make room",
                    since));
            return Optional.empty();
        }
    }

    /// What stays of entries that a relay's journal gave up. Without it none are given up from now on, and it is
    /// missed only where some were.
    private Optional<KeptEntries> kept(String name, Journal relays) throws IOException {
        String kind = KeptEntries.PREFIX + name;
        if (!box.config.thinsAnchors() && !Files.exists(box.config.data().resolve(kind))) return Optional.empty();
        try {
            var journal = opening(LogParts.small(box.config.data(), kind, KeptEntries.MAX_ENTRY_SIZE_BYTES));
            return Optional.of(KeptEntries.open(journal));
        } catch (JournalFull full) {
            LOG.error("old entries of relay {} are not given up: {}", name, Refusal.words(full));
            return Optional.empty();
        } catch (IOException | JournalDamaged e) {
            if (relays.firstIndex() > 0) throw e;
            String cause = Refusal.words(e);
            LOG.error("old entries of relay {} are not given up: {} cannot be read: {}", name, kind, cause);
            return Optional.empty();
        }
    }

    private AnchorProofs openProofs(String name) throws IOException {
        var journal = opening(LogParts.small(box.config.data(), "proofs-" + name, AnchorProofs.MAX_ENTRY_SIZE_BYTES));
        return AnchorProofs.open(name, journal, proved(name, journal));
    }

    /// What stays of proofs that their journal gave up: as [#kept].
    private Optional<Journal> proved(String name, Journal proofs) throws IOException {
        String kind = AnchorProofs.KEPT_PREFIX + name;
        if (!box.config.thinsAnchors() && !Files.exists(box.config.data().resolve(kind))) return Optional.empty();
        try {
            return Optional.of(
                    opening(LogParts.small(box.config.data(), kind, AnchorProofs.MAX_KEPT_ENTRY_SIZE_BYTES)));
        } catch (IOException | JournalDamaged e) {
            String cause = kind + " cannot be read or kept: " + Refusal.words(e);
            if (proofs.firstIndex() > 0) throw new IOException(cause, e);
            LOG.error("old proofs of relay {} are not given up: {}", name, cause);
            return Optional.empty();
        }
    }

    private Journal small(String kind, int maxEntrySizeBytes) throws IOException {
        return LogParts.small(box.config.data(), kind, maxEntrySizeBytes, box.reserve::behind);
    }

    private static String unreadable(String what, Exception e) {
        String cause = Refusal.words(e);
        LOG.error("{} cannot be read, and nothing is lodged there: {}", what, cause);
        return cause;
    }

    private <T extends AutoCloseable> T opening(T part) {
        box.opened.push(part);
        return part;
    }
}
