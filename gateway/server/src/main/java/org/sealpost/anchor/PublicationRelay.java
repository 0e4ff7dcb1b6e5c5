package org.sealpost.anchor;

import java.io.IOException;
import java.nio.file.Path;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import org.sealpost.anchor.Anchored.Trouble;
import org.sealpost.anchor.PublicationProgress.Phase;
import org.sealpost.anchor.PublishingFolder.Part;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.journal.Journal;
import org.sealpost.lodging.OriginId;
import org.sealpost.record.Origin;
import org.sealpost.seal.Leaves;
import org.sealpost.stage.Stage;

/// Publishes runs of sealed records to one ledger, beside the [Relay] that brings its heads there, and without
/// a word between the two (docs/relay.md §7), but that what a ledger says against the log is [Withheld] here.
///
/// What is to be done next is [PublicationCore]'s to say; [PublicationMoves] has it done by the parts behind
/// [PublicationOutside]. How they are made of one another stands here; each knows those above it in the
/// constructor, and none below. [#step] belongs to one thread, and may block on the network; what others may
/// ask may be asked by any.
public final class PublicationRelay implements Stage {
    /// How many profiles may be published to one ledger.
    public static final int MAX_PROFILES = PublicationEntry.MAX_PROFILES;

    /// What the journal must have room for in an entry: so many profiles with names of 64 characters.
    public static final int MAX_ENTRY_SIZE_BYTES = 32 << 10;

    private final PublicationConfig config;
    private final PublicationProgress progress;

    // Owned by the stepping thread, but for what they mark.
    private final PublicationKeeping keeping;
    private final PublicationRuns runs;
    private final PublicationMaking making;
    private final PublicationTroubles troubles;
    private final PublicationMoves moves;
    private final Optional<PublicationThinning> thinning;

    /// The log whose records are published.
    ///
    /// @param firstKey SPKI of its first sealing key
    /// @param key      how many hand-overs of the sealing key it has
    /// @param entries  its journal
    /// @param leaves   also of entries that were given up
    /// @param sealed   how many entries are sealed
    /// @param hides    whether an entry was ordered to be erased; answers at once
    public record Log(
            Origin origin,
            byte[] firstKey,
            int key,
            Journal entries,
            Leaves leaves,
            LongSupplier sealed,
            LongPredicate hides) {
        public Log {
            firstKey = firstKey.clone();
        }

        @Override
        public byte[] firstKey() {
            return firstKey.clone();
        }

        private OriginId originId() {
            return OriginId.of(firstKey, origin);
        }
    }

    private PublicationRelay(
            PublicationConfig config,
            Log log,
            PublicationSigner signer,
            Journal journal,
            Optional<FinishedPublications> finished,
            PublishingFolder folder,
            PublicationLedger ledger,
            List<ECPublicKey> recipients,
            PublicationProgress progress) {
        this.config = config;
        this.progress = progress;
        long size = log.leaves.size();
        var found = new RunContents(log.leaves, log.entries);
        var profiles = PublicationCore.profiles(config, progress, size);
        var records = new PublishableRecords(config, progress, log.hides, found, profiles);
        var faults = new PublicationFaults(name(), config);
        keeping = new PublicationKeeping(name(), journal, folder, progress, records, faults);
        var contents = new PublicationContents(log.origin, log.firstKey, found, ledger, recipients, keeping);
        long begin = Math.max(progress.madeEnd(), records.begin(size));
        var finder = new RunFinder(log.leaves, records.rules(), begin);
        runs = new PublicationRuns(config.nanoTime(), progress, records, finder, log.sealed);
        making = new PublicationMaking(config, signer, records, runs, contents, faults);
        var outside = new PublicationOutside(keeping, runs, making, ledger);
        var core = new PublicationCore(
                config,
                new PublicationTerms(
                        log.originId(),
                        size,
                        log.key,
                        number -> contents.givenUp(number).digest(),
                        log.hides,
                        ledger.capabilities().finality(),
                        ledger.stuckAfter(),
                        ledger.capabilities().losesNothing(),
                        ledger.capabilities().inAnyOrder(),
                        records::isPublished,
                        records::comesAgain),
                progress);
        troubles = new PublicationTroubles(config, progress, ledger, core, faults);
        moves = new PublicationMoves(config, progress, signer, core, outside, faults, troubles);
        thinning = finished.filter(_ -> config.newestEntries() != RelayConfig.ALL)
                .map(where -> new PublicationThinning(
                        config.name(),
                        journal,
                        where,
                        config.newestEntries(),
                        records::isOver,
                        config.nanoTime().getAsLong()));
    }

    /// Reads the journal, notes in it what is published from now on, and deletes files that nothing asks for;
    /// does not contact the ledger. Journal and ledger stay the caller's to close.
    ///
    /// @param journal the relay's own, with room for entries of [#MAX_ENTRY_SIZE_BYTES]
    /// @param folder  the relay's own; made if it is not there
    /// @param recipients who may read encrypted payloads, P-256; none where no profile's are published
    /// @throws IOException if the journal cannot be read, or holds something else
    public static PublicationRelay open(
            PublicationConfig config,
            Log log,
            PublicationSigner signer,
            Journal journal,
            Path folder,
            PublicationLedger ledger,
            List<ECPublicKey> recipients)
            throws IOException {
        return open(config, log, signer, journal, Optional.empty(), folder, ledger, recipients);
    }

    /// The same of a journal that may have given up its oldest entries.
    ///
    /// @param finished what stays of those; empty where none ever is given up
    public static PublicationRelay open(
            PublicationConfig config,
            Log log,
            PublicationSigner signer,
            Journal journal,
            Optional<FinishedPublications> finished,
            Path folder,
            PublicationLedger ledger,
            List<ECPublicKey> recipients)
            throws IOException {
        var progress = PublicationJournal.read(journal, finished);
        PublicationJournal.requireOf(progress, config.name(), log.originId());
        var files = PublishingFolder.open(folder, (number, part) -> isAskedFor(progress, number, part));
        var relay = new PublicationRelay(config, log, signer, journal, finished, files, ledger, recipients, progress);
        relay.moves.begin();
        return relay;
    }

    private static boolean isAskedFor(PublicationProgress progress, long number, Part part) {
        var item = progress.open().get(number);
        return item != null && item.needs(part);
    }

    /// Of a relay that does not run here. One that never did has published nothing.
    ///
    /// @param finished opened behind the journal: what that gives up meanwhile is found there
    /// @throws IOException if it cannot be read, or holds something else
    public static PublicationStanding standing(Journal journal, Journal finished) throws IOException {
        return standing(journal, Optional.of(FinishedPublications.open(finished)));
    }

    /// @param finished as before; empty if that cannot be read, and the journal gave up nothing
    public static PublicationStanding standing(Journal journal, Optional<FinishedPublications> finished)
            throws IOException {
        return PublicationStanding.of(PublicationJournal.read(journal, finished));
    }

    @Override
    public String name() {
        return "publications " + config.name();
    }

    /// @throws AnchorageSetback while the ledger, or the token that signs for it, cannot do what is needed
    @Override
    public int step() throws IOException, AnchorageSetback {
        int done = moves.next();
        thinning.ifPresent(old -> old.step(config.nanoTime().getAsLong()));
        return runs.isBehind() ? Math.max(done, 1) : done;
    }

    // --- what others may ask

    /// Who the ledger is; empty until it was reached for the first time.
    public Optional<AnchorIdentity> identity() {
        return progress.reached().map(PublicationEntry.Reached::ledger);
    }

    /// Whether nothing here holds, or may send, anything of the payloads of these records. Any thread; to be
    /// asked once the order to erase them is in force.
    ///
    /// @param first index of the first
    /// @param end   index behind the last
    public boolean isClear(long first, long end) {
        // In this order: what is being made is not among the open ones yet, and what is final is among the leftovers.
        return making.isClear(first, end)
                && progress.open().values().stream()
                        .noneMatch(item -> item.isPayload() && item.givenUp().isEmpty() && item.overlaps(first, end))
                && keeping.isClear(first, end);
    }

    /// Payloads of entries from this one on are still needed; [Long#MAX_VALUE] if none are. Any thread.
    public long neededFrom() {
        return runs.neededFrom();
    }

    /// How many publications are not final yet, with those that have no number yet and as far as it has looked
    /// ahead; those that were set aside do not count.
    public long waiting() {
        return runs.waiting();
    }

    /// How long what waits takes, as it went within the last hour; empty where nobody can tell. Any thread.
    public Optional<Duration> timeToDrain() {
        return progress.pace().drain(waiting(), config.clock().instant());
    }

    /// When the oldest of those that wait got its number; empty if none has one and waits. Any thread.
    public Optional<Instant> oldestSince() {
        return progress.open().values().stream()
                .filter(item -> !(item.phase() instanceof Phase.Aside))
                .findFirst()
                .map(item -> item.made().at());
    }

    /// The number of the one that became final last; empty if none has. Any thread.
    public Optional<Long> lastFinal() {
        return progress.lastFinal().map(PublicationEntry.Final::number);
    }

    /// Whether there is a publication of this number that is not final. Any thread.
    public boolean isOpen(long number) {
        // An order about it would stand, and after a power cut another one could get the number.
        return keeping.isForced(number) && progress.open().containsKey(number);
    }

    /// One that is not tried any more.
    ///
    /// @param number of it
    /// @param first  index of its first record
    /// @param count  of its records
    /// @param cause  why
    /// @param since  when it was set aside
    public record SetAside(long number, long first, int count, String cause, Instant since) {
        /// What somebody can do about it.
        ///
        /// @param anchorage where it was to be published
        public String remedy(String anchorage) {
            return "others do not wait for it; sealpost anchor take-up " + anchorage + " " + number
                    + " tries it again, give-up gives it up for good";
        }
    }

    /// Those that are not tried any more unless somebody orders it, the lowest number first.
    public List<SetAside> setAside() {
        return troubles.setAside();
    }

    /// What is wrong, if anything is. What may pass by itself hides nothing that somebody should look at.
    public Optional<Trouble> trouble() {
        return troubles.trouble();
    }
}
