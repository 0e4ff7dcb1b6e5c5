package org.sealpost.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.sealpost.admin.HealthView;
import org.sealpost.admin.PublishingState;
import org.sealpost.anchor.Anchored.Trouble;
import org.sealpost.anchor.FinishedPublications;
import org.sealpost.anchor.PublicationConfig;
import org.sealpost.anchor.PublicationLedger;
import org.sealpost.anchor.PublicationOrders;
import org.sealpost.anchor.PublicationRelay;
import org.sealpost.anchor.PublicationSigner;
import org.sealpost.anchor.RelayConfig;
import org.sealpost.anchor.RelayOrders;
import org.sealpost.anchor.Withheld;
import org.sealpost.archive.erasure.IndexRange;
import org.sealpost.control.Act;
import org.sealpost.control.ControlState;
import org.sealpost.journal.DirectoryFiles;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalDamaged;
import org.sealpost.journal.JournalFull;
import org.sealpost.stage.Doorbell;
import org.sealpost.stage.StageRunner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a box publishes, to each ledger by a relay of its own with its journal, its folder and its part of the health.
final class Publications {
    private static final Logger LOG = LoggerFactory.getLogger(Publications.class);

    private static final Duration POLL = Duration.ofSeconds(1);
    private static final int ATTEMPTS = 5;
    private static final Duration SIGNATURE_DEADLINE = Duration.ofSeconds(15);

    /// What the names of the relays' folders begin with.
    private static final String FOLDER = "publishing-";

    /// What the kinds of their journals begin with.
    static final String JOURNAL = "published-";

    private final Anchorages.Surroundings box;
    private final LongPredicate hides;
    private final Function<String, Optional<Withheld>> withheld;
    private final Map<String, PublicationRelay> relays = new LinkedHashMap<>();
    private final Map<String, Trouble> unreadable = new LinkedHashMap<>();
    private final List<Doorbell> bells = new ArrayList<>();

    /// How a ledger of publications is reached.
    @FunctionalInterface
    interface Ledgers {
        PublicationLedger open(AnchorageSettings anchorage);
    }

    /// @param hides whether an entry was ordered to be erased; answers at once
    /// @param withheld why nothing may be signed for an anchorage of this name; any thread, answers at once
    Publications(Anchorages.Surroundings box, LongPredicate hides, Function<String, Optional<Withheld>> withheld) {
        this.box = box;
        this.hides = hides;
        this.withheld = withheld;
    }

    /// Opens those that the configuration has, and has their relays run.
    ///
    /// @throws JournalFull if a journal is not there yet, and there is no room to begin it
    void start(Ledgers ledgers) throws IOException {
        for (var anchorage : box.config().anchorages()) {
            if (anchorage.publishing().isEmpty()) continue;
            start(anchorage.name(), anchorage.publishing().get(), ledgers.open(anchorage));
        }
    }

    /// Capture and sealing are worth more than publishing: what cannot be read is shown, and stops nothing else.
    private void start(String name, PublishingSettings publishing, PublicationLedger ledger) throws IOException {
        box.health().part(() -> part(name));
        box.opened().push(ledger);
        try {
            var journal = LogParts.small(
                    box.config().data(), JOURNAL + name, PublicationRelay.MAX_ENTRY_SIZE_BYTES, box.reserve()::behind);
            box.opened().push(journal);
            var relay = PublicationRelay.open(
                    config(name, publishing),
                    log(),
                    new PublicationSigner(box.log().keys().seal(), SIGNATURE_DEADLINE, () -> withheld.apply(name)),
                    journal,
                    finished(name, journal),
                    box.config().data().resolve(FOLDER + name),
                    ledger,
                    publishing.recipients());
            relays.put(name, relay);
            var bell = new Doorbell();
            bells.add(bell);
            box.opened().push(StageRunner.start(relay, bell, box.runner()));
        } catch (JournalFull full) {
            throw full;
        } catch (IOException | JournalDamaged e) {
            String cause = Refusal.words(e);
            LOG.error("the journal of publications to {} cannot be read, and nothing is published: {}", name, cause);
            unreadable.put(name, unreadable(name, cause, Instant.now()));
        }
    }

    /// What stays of entries that the journal gave up. Without it none are given up from now on, and it is missed only
    /// where some were.
    private Optional<FinishedPublications> finished(String name, Journal publications) throws IOException {
        String kind = FinishedPublications.PREFIX + name;
        var data = box.config().data();
        if (!box.config().thinsAnchors() && !Files.exists(data.resolve(kind))) return Optional.empty();
        try {
            var journal = LogParts.small(data, kind, FinishedPublications.MAX_ENTRY_SIZE_BYTES);
            box.opened().push(journal);
            return Optional.of(FinishedPublications.open(journal));
        } catch (IOException | JournalDamaged e) {
            String cause = kind + " cannot be read or kept: " + Refusal.words(e);
            // Also where there is no room for it: the gateway starts without these publications.
            if (publications.firstIndex() > 0) throw new IOException(cause, e);
            LOG.error("old entries of publications to {} are not given up: {}", name, cause);
            return Optional.empty();
        }
    }

    /// @param cause why the journal cannot be read
    static Trouble unreadable(String name, String cause, Instant since) {
        return new Trouble(
                "what was published to " + name + " cannot be read, and nothing is published there: " + cause,
                "records are captured and lodged meanwhile; stop the gateway, copy the data directory, and bring the"
                        + " folder published-" + name + ", and finished-" + name + " where it is there, back as they"
                        + " were; or move them and publishing-" + name
                        + " away: what was captured until then and is not published stays so",
                since);
    }

    private PublicationConfig config(String name, PublishingSettings publishing) {
        var profiles = box.config().published().stream()
                .filter(profile -> profile.to().contains(name))
                .map(profile ->
                        new PublicationConfig.Published(profile.profile(), profile.what().kind, profile.within()))
                .toList();
        var config = new PublicationConfig(
                        name,
                        profiles,
                        publishing.perMinute(),
                        publishing.inFlight(),
                        POLL,
                        ATTEMPTS,
                        InstantSource.system(),
                        System::nanoTime,
                        () -> ordered(box.control().state().of(name)))
                .beginningWith(begin(box.log()));
        return box.config().thinsAnchors() ? config.withThinning(RelayConfig.NEWEST) : config;
    }

    /// What was taken over from another origin nobody else publishes: its relays ended with it. All else that
    /// the log has was captured before it was set to be published.
    static long begin(LogParts log) {
        boolean isBegun = log.seals().sealedSize() == 0
                && log.identity().genesis().previous().isPresent();
        if (!isBegun) return PublicationConfig.BEHIND_THE_LOG;
        try {
            return SuccessionEntries.first(log.entries())
                    .filter(SuccessionEntries.Succeeds::hasUnpublished)
                    .map(_ -> SuccessionEntries.TAIL_AT)
                    .orElse(PublicationConfig.BEHIND_THE_LOG);
        } catch (IOException | JournalDamaged e) {
            LOG.error("what was taken over from another origin is not published: {}", e.getMessage());
            return PublicationConfig.BEHIND_THE_LOG;
        }
    }

    private static PublicationOrders ordered(ControlState.Ordered said) {
        var at = said.resubmit().map(act -> act.clock().time()).orElse(Instant.MIN);
        return new PublicationOrders(
                new RelayOrders(said.parked().isPresent(), said.resubmitted(), at),
                said.publications().entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey,
                                order -> new PublicationOrders.Order(
                                        order.getValue().order() == Act.Order.GIVE_UP,
                                        order.getValue().position()))));
    }

    private PublicationRelay.Log log() {
        var keys = box.log().identity().keys();
        return new PublicationRelay.Log(
                box.log().identity().origin(),
                keys.first().spki(),
                keys.handOvers().size(),
                box.log().entries(),
                box.log().leaves(),
                box.log().seals()::sealedSize,
                hides);
    }

    private HealthView.Part part(String name) {
        return trouble(name)
                .map(trouble -> new HealthView.Part(
                        "publications " + name,
                        !trouble.urgent(),
                        trouble.cause(),
                        trouble.remedy(),
                        Optional.of(trouble.since())))
                .orElseGet(() -> new HealthView.Part("publications " + name, true, "", "", Optional.empty()));
    }

    private Optional<Trouble> trouble(String name) {
        return Optional.ofNullable(unreadable.get(name))
                .or(() -> Optional.ofNullable(relays.get(name)).flatMap(PublicationRelay::trouble));
    }

    // --- what others may ask

    /// Something new is sealed, ordered or to be erased.
    void ring() {
        bells.forEach(Doorbell::ring);
    }

    /// Where something of the payloads of these records is still to be published, or lies to be; empty if nowhere.
    ///
    /// @param ranges that were ordered to be erased: the order is in force
    Optional<String> leftOf(List<IndexRange> ranges) {
        for (var name : unreadable.keySet()) {
            return Optional.of("what was to be published to " + name + " cannot be read: see publications " + name);
        }
        for (var relay : relays.values()) {
            if (!ranges.stream().allMatch(range -> relay.isClear(range.first(), range.next()))) {
                return Optional.of("a publication that has them is under way: see " + relay.name());
            }
        }
        try {
            return leftFolder(box.config().data(), relays.keySet())
                    .map(folder -> folder + " may hold them, and nothing is published from there any more: delete it");
        } catch (IOException e) {
            return Optional.of("the data directory cannot be read: " + Refusal.words(e));
        }
    }

    /// The first folder of what was under way, by its name, that no relay looks after and that holds something.
    ///
    /// @param running names of anchorages whose relays run
    static Optional<Path> leftFolder(Path data, Set<String> running) throws IOException {
        var lookedAfter = running.stream().map(FOLDER::concat).collect(Collectors.toSet());
        try (Stream<Path> files = Files.list(data)) {
            for (var file : files.sorted().toList()) {
                var name = String.valueOf(file.getFileName());
                boolean isLeft = name.startsWith(FOLDER) && !lookedAfter.contains(name);
                if (isLeft && !isEmpty(file)) return Optional.of(file);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return Optional.empty();
    }

    /// One that cannot be read may hold something.
    private static boolean isEmpty(Path folder) {
        try {
            return DirectoryFiles.isEmpty(folder);
        } catch (IOException e) {
            return false;
        }
    }

    /// Why entries below an index must not be given up yet.
    Optional<String> owedBelow(long index) {
        return Stream.concat(
                        unreadable.keySet().stream(),
                        relays.entrySet().stream()
                                .filter(relay -> relay.getValue().neededFrom() < index)
                                .map(Map.Entry::getKey))
                .findFirst()
                .map(name -> "whose payloads may still have to be published to " + name);
    }

    /// How publishing to an anchorage stands; empty if nothing is published there.
    Optional<PublishingState> state(String name) {
        return Optional.ofNullable(relays.get(name))
                .map(relay -> new PublishingState(
                        relay.waiting(),
                        relay.timeToDrain(),
                        relay.oldestSince(),
                        relay.lastFinal(),
                        relay.setAside(),
                        relay.trouble()))
                .or(() -> Optional.ofNullable(unreadable.get(name))
                        .map(trouble -> new PublishingState(
                                0,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                List.of(),
                                Optional.of(trouble))));
    }

    /// Whether an order may be about this publication: it is not final.
    boolean isOpen(String name, long number) {
        return Optional.ofNullable(relays.get(name))
                .filter(relay -> relay.isOpen(number))
                .isPresent();
    }
}
