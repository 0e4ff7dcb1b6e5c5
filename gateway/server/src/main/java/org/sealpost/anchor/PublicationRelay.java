package org.sealpost.anchor;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.sealpost.anchor.Anchored.Trouble;
import org.sealpost.anchor.PublicationMove.Ask;
import org.sealpost.anchor.PublicationMove.Rest;
import org.sealpost.anchor.PublicationMove.Stuck;
import org.sealpost.anchor.PublicationProgress.Item;
import org.sealpost.anchor.PublicationProgress.Phase;
import org.sealpost.anchor.PublishingFolder.Part;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.journal.BrokenPromise;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalFull;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Publication;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.Origin;
import org.sealpost.seal.Leaves;
import org.sealpost.stage.Stage;

/// Publishes runs of sealed records to one ledger, beside the [Relay] that brings its heads there, and without a word
/// between the two (docs/relay.md §7), but that what a ledger says against the log is [Withheld] here.
///
/// What is to be done next is [PublicationCore]'s to say, and is done here. [#step] belongs to one thread, and may
/// block on the network; what others may ask may be asked by any.
public final class PublicationRelay implements Stage {
    /// How many profiles may be published to one ledger.
    public static final int MAX_PROFILES = PublicationEntry.MAX_PROFILES;

    /// What the journal must have room for in an entry: so many profiles with names of 64 characters.
    public static final int MAX_ENTRY_SIZE_BYTES = 32 << 10;

    /// A payload has 64 MiB at most (`max-payload`), and the rest is what it is wrapped in.
    private static final int LARGEST_CONTENT = 65 << 20;

    private static final String DISK = "look at the disk and the log of this box; it is tried again";

    private final PublicationConfig config;
    private final Log log;
    private final PublicationSigner signer;
    private final Journal journal;
    private final PublishingFolder folder;
    private final PublicationLedger ledger;
    private final List<ECPublicKey> recipients;
    private final SecureRandom random = new SecureRandom();
    private final PublicationProgress progress;
    private final Optional<PublicationThinning> thinning;
    private final RunContents contents;

    // Owned by the stepping thread.
    private final PublicationCore core;
    private final Outside surroundings = new Outside();
    private final RunFinder runs;

    // The last order to send again that the stepping thread has heard of; empty before its first step.
    private OptionalLong ordered = OptionalLong.empty();

    // Files that are asked for no more and are not deleted yet; written by the stepping thread, read by any.
    private final ConcurrentSkipListMap<Long, Leftover> undeleted = new ConcurrentSkipListMap<>();

    // The records of which content is being made, before anybody looks whether they may be; written by the stepping
    // thread, read by any.
    private volatile Stretch making = Stretch.NONE;

    // The number that content was written for which no entry names yet; 0 for none. Owned by the stepping thread.
    private long unnamed;

    // The first number of which it is not durable that there is one; written by the stepping thread, read by any.
    private volatile long unforcedFrom = Long.MAX_VALUE;

    // Whether more of the log can be looked at now. Owned by the stepping thread.
    private boolean isBehind;

    // Why the log could not be looked at in this step. Owned by the stepping thread.
    private Optional<IOException> unlooked = Optional.empty();

    // Why content of publications cannot be read; written by the stepping thread, read by any.
    private final ConcurrentSkipListMap<Long, Setback> unread = new ConcurrentSkipListMap<>();

    // Whether what was made is still published, by numbers, as far as it was asked: it does not change while the
    // process runs. Any thread.
    private final Map<Long, Boolean> published = new ConcurrentHashMap<>();
    private final Map<String, RunFinder.Rule> rules;

    private volatile Optional<Setback> setback = Optional.empty();

    // When nothing delayed the ledger last, by running time; written by the stepping thread, read by any.
    private volatile long undelayedNanos;

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
        this.log = log;
        this.signer = signer;
        this.journal = journal;
        this.folder = folder;
        this.ledger = ledger;
        this.recipients = List.copyOf(recipients);
        this.progress = progress;
        this.undelayedNanos = config.nanoTime().getAsLong();
        this.thinning = finished.filter(_ -> config.newestEntries() != RelayConfig.ALL)
                .map(where -> new PublicationThinning(
                        config.name(),
                        journal,
                        where,
                        config.newestEntries(),
                        this::isOver,
                        config.nanoTime().getAsLong()));
        this.contents = new RunContents(log.leaves, log.entries);
        long size = log.leaves.size();
        this.core = new PublicationCore(
                config,
                new PublicationTerms(
                        log.originId(),
                        size,
                        log.key,
                        number -> givenUp(number).digest(),
                        log.hides,
                        ledger.capabilities().finality(),
                        ledger.stuckAfter(),
                        ledger.capabilities().losesNothing(),
                        ledger.capabilities().inAnyOrder(),
                        this::isPublished,
                        made -> isOwed(made) && shown(made).count > 0),
                progress);
        var profiles = core.profiles();
        long begin = profiles.stream().mapToLong(PublishedProfile::from).min().orElse(size);
        this.rules = rules(profiles);
        this.runs = new RunFinder(log.leaves, rules, Math.max(progress.madeEnd(), begin));
    }

    private Map<String, RunFinder.Rule> rules(List<PublishedProfile> profiles) {
        var within = config.profiles().stream()
                .collect(Collectors.toMap(PublicationConfig.Published::profile, PublicationConfig.Published::within));
        return profiles.stream()
                .collect(Collectors.toMap(
                        PublishedProfile::profile,
                        profile -> new RunFinder.Rule(
                                profile.kind(),
                                profile.from(),
                                Optional.ofNullable(within.get(profile.profile()))
                                        .orElseThrow())));
    }

    /// Whether the records of a run may still be published as they were to be when it was made: their profile may have
    /// been taken out since, also for a while. Where no leaf can be read, they are not. Any thread.
    private boolean isPublished(PublicationEntry.Made made) {
        var known = published.get(made.number());
        if (known != null) return known;
        var profile = contents.profile(made.first(), made.count());
        boolean found = profile.map(rules::get)
                .filter(rule -> rule.kind() == made.kind() && rule.from() <= made.first())
                .isPresent();
        if (profile.isPresent()) published.put(made.number(), found);
        return found;
    }

    /// Whether a run whose number was given up gets no other one, whatever comes: all of it is to be erased, or its
    /// profile is not published that way any more. A leaf that cannot be read says nothing.
    private boolean isOver(PublicationEntry.Made made) {
        boolean isHidden = LongStream.range(made.first(), made.end()).allMatch(log.hides);
        return isHidden || !isPublished(made) && published.containsKey(made.number());
    }

    /// Runs that get another number, as far as they are still published. Any thread.
    private List<PublicationEntry.Made> owed() {
        return progress.owedAgain().stream().filter(this::isOwed).toList();
    }

    /// An order may have come while the number was given up for another reason.
    private boolean isOwed(PublicationEntry.Made made) {
        var order = Optional.ofNullable(config.orders().get().byNumber().get(made.number()));
        return order.filter(PublicationOrders.Order::giveUp).isEmpty() && isPublished(made);
    }

    private Stretch shown(PublicationEntry.Made made) {
        return shown(made.kind(), made.first(), made.end());
    }

    /// The first records among these that may be shown, as far as it is known. Any thread.
    private Stretch shown(Publication.Kind kind, long first, long end) {
        long from = first;
        while (from < end && !mayShow(kind, from)) from++;
        long to = from;
        while (to < end && mayShow(kind, to)) to++;
        return new Stretch(from, (int) (to - from));
    }

    private boolean mayShow(Publication.Kind kind, long index) {
        return !log.hides.test(index) && !contents.isGone(kind, index);
    }

    /// Reads the journal, notes in it what is published from now on, and deletes files that nothing
    /// asks for; does not contact the ledger. Journal and ledger stay the caller's to close.
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
        var progress = read(journal, finished);
        var opened = progress.opened();
        if (opened.isPresent() && !opened.get().relay().equals(config.name())) {
            throw new IOException("the journal belongs to the publications of "
                    + opened.get().relay() + ", expected " + config.name());
        }
        if (opened.isPresent() && !opened.get().origin().equals(log.originId())) {
            throw new IOException(
                    "the journal belongs to origin id " + opened.get().origin() + ", the log to " + log.originId()
                            + ": each origin has a journal of publications of its own");
        }
        var files = PublishingFolder.open(folder, (number, part) -> isAskedFor(progress, number, part));
        var relay = new PublicationRelay(config, log, signer, journal, finished, files, ledger, recipients, progress);
        relay.begin();
        return relay;
    }

    /// Before anything new is captured. Where there is no room for it, the first step tries it again.
    private void begin() throws IOException {
        try {
            for (var entry = core.opening(moment()); entry.isPresent(); entry = core.opening(moment())) {
                progress.apply(entry.get(), surroundings.write(entry.get()));
            }
            surroundings.makeDurable();
        } catch (JournalFull full) {
            remember("there is no room to begin: " + full.getMessage(), "make room", true);
        } catch (EntryRefused refused) {
            remember(String.valueOf(refused.getMessage()), refused.remedy(), true);
        }
    }

    static PublicationProgress read(Journal journal, Optional<FinishedPublications> finished) throws IOException {
        if (finished.isEmpty() && journal.firstIndex() > 0) {
            throw new IOException("the journal begins with entry " + journal.firstIndex() + ", and nothing was kept of"
                    + " those before");
        }
        var progress = finished.isPresent() ? finished.get().progress(journal) : new PublicationProgress();
        if (finished.isPresent()) progress.remember(finished.get().last(PublicationProgress.MOST_LOOKED_FOR));
        journal.scan(
                finished.map(FinishedPublications::next).orElse(0L),
                Integer.MAX_VALUE,
                entry -> follow(progress, decode(entry.leaf(), entry.index()), entry.index()));
        return progress;
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
        return PublicationStanding.of(read(journal, finished));
    }

    static void follow(PublicationProgress progress, PublicationEntry entry, long index) throws IOException {
        try {
            progress.apply(entry, index);
        } catch (IllegalStateException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    static PublicationEntry decode(byte[] leaf, long index) throws IOException {
        try {
            return PublicationEntry.read(leaf);
        } catch (CborMalformed e) {
            throw new IOException("entry " + index + " of a journal of publications: " + e.getMessage(), e);
        }
    }

    private static boolean isAskedFor(PublicationProgress progress, long number, Part part) {
        var item = progress.open().get(number);
        return item != null && item.needs(part);
    }

    @Override
    public String name() {
        return "publications " + config.name();
    }

    /// @param isWithheld whether nothing may be signed: nothing is made or sent either, as while lodging is parked
    private PublicationOrders orders(boolean isWithheld) {
        var orders = config.orders().get();
        long resubmitted = orders.anchorage().resubmitted();
        if (ordered.isPresent() && resubmitted > ordered.getAsLong()) ledger.mayBeSetBack();
        ordered = OptionalLong.of(resubmitted);
        return orders.withheld(isWithheld);
    }

    /// @throws AnchorageSetback while the ledger, or the token that signs for it, cannot do what is needed
    @Override
    public int step() throws IOException, AnchorageSetback {
        var withheld = signer.withheld().map(why -> new Stuck(why.cause(), why.remedy(), why.urgent()));
        PublicationMove move;
        try {
            deleteUnnamed();
            making = Stretch.NONE;
            isBehind = false;
            move = move(withheld.isPresent());
        } catch (BrokenPromise e) {
            throw e; // ends the process, and is told there
        } catch (AnchorageSetback e) {
            // Who is away has taken nothing back.
            remember(
                    withheld,
                    core.stop().orElseGet(() -> new Stuck(String.valueOf(e.getMessage()), e.remedy(), false)));
            throw e;
        } catch (EntryRefused e) {
            remember(String.valueOf(e.getMessage()), e.remedy(), true);
            throw e;
        } catch (IOException | RuntimeException e) {
            remember(name() + " cannot go on: " + e, DISK, true);
            throw e;
        } finally {
            if (delay().isEmpty()) undelayedNanos = config.nanoTime().getAsLong();
        }
        if (move instanceof Stuck stuck) {
            remember(withheld, stuck);
            throw new AnchorageSetback(stuck.cause(), stuck.remedy());
        }
        var heldBack = core.setback();
        if (withheld.isPresent()) {
            remember(withheld.get());
        } else if (heldBack.isPresent()) {
            var why = heldBack.get();
            remember(String.valueOf(why.getMessage()), why.remedy(), false);
            if (core.isSetBack()) throw why;
        } else {
            setback = Optional.empty();
        }
        thinning.ifPresent(old -> old.step(config.nanoTime().getAsLong()));
        int done = move instanceof Rest rest ? rest.done() : 0;
        return isBehind ? Math.max(done, 1) : done;
    }

    /// A log that cannot be looked at is told once all else is done: what is to be erased is given up, and what landed
    /// is recorded.
    private PublicationMove move(boolean isWithheld) throws IOException, AnchorageSetback {
        unlooked = Optional.empty();
        // The log is looked at all the same: retention waits for how far.
        if (isWithheld) surroundings.runIsDue();
        PublicationMove move;
        try {
            move = core.begin(moment(), orders(isWithheld));
            while (move instanceof Ask<?> question) move = answered(question);
        } catch (AnchorageSetback e) {
            requireLooked();
            throw e;
        }
        requireLooked();
        return move;
    }

    private void requireLooked() throws IOException {
        if (unlooked.isPresent()) throw unlooked.get();
    }

    private record Setback(String cause, String remedy, Instant since, long sinceNanos, boolean urgent) {}

    /// Of two causes the one that somebody should look at first; what keeps all from being signed goes before what
    /// does so here alone. What stops this ledger's publications is told beside it: an order may be about
    /// either, and counts for no more than was told.
    private void remember(Optional<Stuck> withheld, Stuck here) {
        boolean isStop = core.stop().filter(here::equals).isPresent();
        if (isStop) core.noteTold(here);
        remember(withheld.map(why -> {
                    var first = why.urgent() || !here.urgent() ? why : here;
                    return isStop ? both(first, first.equals(here) ? why : here) : first;
                })
                .orElse(here));
    }

    private static Stuck both(Stuck first, Stuck other) {
        return new Stuck(
                first.cause() + "; besides, " + other.cause(),
                first.remedy() + "; of the other: " + other.remedy(),
                first.urgent() || other.urgent());
    }

    private void remember(Stuck stuck) {
        remember(stuck.cause(), stuck.remedy(), stuck.urgent());
    }

    /// @param urgent whether it does not pass by itself
    private void remember(String cause, String remedy, boolean urgent) {
        var before = setback;
        var found = begun(cause, remedy, urgent);
        setback = Optional.of(new Setback(
                cause,
                remedy,
                before.orElse(found).since(),
                before.orElse(found).sinceNanos(),
                urgent));
    }

    private Setback begun(String cause, String remedy, boolean urgent) {
        return new Setback(
                cause, remedy, config.clock().instant(), config.nanoTime().getAsLong(), urgent);
    }

    private <A> PublicationMove answered(Ask<A> question) throws IOException, AnchorageSetback {
        A answer;
        try {
            answer = question.want().in(surroundings);
        } catch (AnchorageSetback e) {
            return core.setBack(question, e, moment()).orElseThrow(() -> e);
        }
        return core.hear(question, answer, moment());
    }

    private RelayCore.Moment moment() {
        return new RelayCore.Moment(config.clock().instant(), config.nanoTime().getAsLong());
    }

    private Publication givenUp(long number) {
        return Publication.givenUp(log.origin, log.firstKey, number);
    }

    private void deleteLeftovers() throws IOException {
        for (var leftover : undeleted.entrySet()) {
            var made = leftover.getValue().made;
            // Commitments tell nobody anything, and what is back after a power cut is deleted at the opening.
            if (made.kind() == Publication.Kind.COMMITMENTS) folder.drop(leftover.getKey(), leftover.getValue().parts);
            else folder.delete(leftover.getKey(), leftover.getValue().parts);
            undeleted.remove(leftover.getKey());
        }
    }

    /// Of what no entry names nobody else knows that it is there.
    private void deleteUnnamed() throws IOException {
        if (unnamed == 0) return;
        folder.delete(unnamed, List.of(Part.CONTENT));
        unnamed = 0;
    }

    private record Leftover(PublicationEntry.Made made, List<Part> parts) {}

    /// What the core wants done is done here.
    private final class Outside implements PublicationWant.Surroundings {
        @Override
        public long write(PublicationEntry entry) throws IOException {
            long next = journal.size();
            byte[] leaf = entry.toBytes();
            EntryRefused.unless(name(), () -> progress.requireFollows(decode(leaf, next), next));
            long index = journal.append(leaf, new byte[0]);
            switch (entry) {
                case PublicationEntry.Made e -> {
                    unnamed = 0;
                    unforcedFrom = Math.min(unforcedFrom, e.number());
                }
                case PublicationEntry.Final e -> {
                    forget(e.number(), Part.REQUEST, Part.CONTENT);
                    published.remove(e.number());
                }
                // A request that takes the place of another has its file.
                case PublicationEntry.Prepared e -> undeleted.remove(e.number());
                case PublicationEntry.GivenUp e -> forget(e.number(), Part.REQUEST, Part.CONTENT);
                case PublicationEntry.Dropped e -> forget(e.number(), Part.REQUEST);
                case PublicationEntry.SetAside e -> forget(e.number(), Part.REQUEST);
                default -> {}
            }
            return index;
        }

        @Override
        public void makeDurable() throws IOException {
            folder.force();
            journal.force();
            unforcedFrom = Long.MAX_VALUE;
            deleteLeftovers();
        }

        /// Once its entry is durable; nothing else is done before it is gone.
        private void forget(long number, Part... parts) {
            var item = Optional.ofNullable(progress.open().get(number));
            undeleted.put(number, new Leftover(item.orElseThrow().made(), List.of(parts)));
            unread.remove(number);
        }

        @Override
        public boolean runIsDue() {
            try {
                return next(Set.of()).isPresent();
            } catch (IOException e) {
                unlooked = Optional.of(e);
                return false;
            }
        }

        /// The next run without what was ordered to be erased.
        private Optional<RunFinder.Run> next(Set<Long> unasked) throws IOException {
            for (var owed : owed()) {
                var piece = shown(owed);
                if (piece.count > 0) {
                    if (unasked.contains(owed.number())) return Optional.empty();
                    return Optional.of(new RunFinder.Run("", owed.kind(), piece.first, piece.count, 0));
                }
            }
            long nanos = config.nanoTime().getAsLong();
            runs.cut(progress.madeEnd());
            isBehind = runs.scan(log.sealed.getAsLong(), nanos);
            for (var due = runs.due(nanos); due.isPresent(); due = runs.due(nanos)) {
                var run = due.get();
                var piece = shown(run.kind(), run.first(), run.end());
                if (piece.count > 0) {
                    return Optional.of(
                            new RunFinder.Run(run.profile(), run.kind(), piece.first, piece.count, run.since()));
                }
                runs.cut(run.end());
            }
            return Optional.empty();
        }

        @Override
        public Optional<PublicationEntry.Made> make(long number, Set<Long> unasked) throws IOException {
            for (var next = next(unasked); next.isPresent(); next = next(unasked)) {
                var run = next.get();
                making = new Stretch(run.first(), run.count());
                // Whoever orders a record erased from now on sees that it is being read.
                if (shown(run.kind(), run.first(), run.end()).count < run.count()) continue;
                var publication = made(number, run);
                if (publication.isEmpty()) continue;
                var found = publication.get();
                return Optional.of(new PublicationEntry.Made(
                        config.clock().instant(),
                        number,
                        found.kind(),
                        found.first(),
                        found.count(),
                        found.contentHash(),
                        found.digest()));
            }
            return Optional.empty();
        }

        /// @return empty if the first record has nothing to publish any more, which is remembered
        private Optional<Publication> made(long number, RunFinder.Run run) throws IOException {
            int room = ledger.capabilities().maxContentBytes();
            return switch (run.kind()) {
                case GIVEN_UP -> throw new IllegalStateException("a run of nothing");
                case COMMITMENTS -> {
                    var can = ledger.capabilities();
                    int count = Math.min(run.count(), Math.min(room / Hash.SIZE, can.maxCommitments()));
                    yield contents.commitments(run.first(), count)
                            .map(found -> of(number, run.kind(), run.first(), found.count(), found.bytes()));
                }
                case PAYLOADS ->
                    contents.payloads(run.first(), run.count(), room)
                            .map(found -> of(number, run.kind(), run.first(), found.count(), found.bytes()));
                case ENCRYPTED_PAYLOADS -> {
                    int plain = room - EncryptedContent.overhead(recipients.size());
                    var found = contents.payloads(run.first(), run.count(), plain);
                    if (found.isEmpty()) yield Optional.empty();
                    byte[] encrypted = EncryptedContent.encrypt(found.get().bytes(), recipients, random);
                    // Its bytes cannot be made again: they are durable before anything is said of them.
                    unnamed = number;
                    folder.write(number, Part.CONTENT, encrypted);
                    yield Optional.of(
                            of(number, run.kind(), run.first(), found.get().count(), encrypted));
                }
            };
        }

        private Publication of(long number, Publication.Kind kind, long first, int count, byte[] content) {
            return new Publication(log.origin, log.firstKey, number, kind, first, count, content);
        }

        @Override
        public PublicationWant.Load load(Item item) throws AnchorageSetback {
            if (item.givenUp().isPresent()) return ready(givenUp(item.number()));
            var made = item.made();
            making = new Stretch(made.first(), made.count());
            Optional<byte[]> content;
            try {
                content = content(made);
            } catch (IOException e) {
                var found = begun("publication " + made.number() + " cannot be read: " + e, DISK, true);
                unread.putIfAbsent(made.number(), found);
                return new PublicationWant.Load.Unreadable();
            }
            unread.remove(made.number());
            if (content.isEmpty() || !PublicationEntry.sha256(content.get()).equals(made.content())) {
                return new PublicationWant.Load.Gone("what was to be published is not there any more");
            }
            return ready(of(made.number(), made.kind(), made.first(), made.count(), content.get()));
        }

        private Optional<byte[]> content(PublicationEntry.Made made) throws IOException {
            return switch (made.kind()) {
                case GIVEN_UP -> Optional.empty();
                case COMMITMENTS ->
                    contents.commitments(made.first(), made.count()).map(RunContents.Content::bytes);
                case PAYLOADS ->
                    contents.payloads(made.first(), made.count(), Integer.MAX_VALUE)
                            .map(RunContents.Content::bytes);
                case ENCRYPTED_PAYLOADS -> folder.read(made.number(), Part.CONTENT, LARGEST_CONTENT);
            };
        }

        private PublicationWant.Load ready(Publication publication) throws AnchorageSetback {
            return new PublicationWant.Load.Ready(signer.sign(publication));
        }

        @Override
        public void keep(long number, SignedRequest request) throws IOException {
            // What is to be deleted under this name is the one before.
            if (undeleted.containsKey(number)) makeDurable();
            folder.write(number, Part.REQUEST, request.bytes());
        }

        @Override
        public Optional<SignedRequest> kept(long number, PublicationEntry.Request known) throws IOException {
            return folder.read(number, Part.REQUEST, SignedRequest.MAX_SIZE)
                    .filter(bytes -> bytes.length > 0)
                    .map(bytes -> new SignedRequest(known.id(), known.nonce(), bytes))
                    .filter(known::is);
        }

        @Override
        public PublicationLedger ledger() {
            return ledger;
        }

        @Override
        public <A> Map<Long, A> each(Set<Long> numbers, PublicationWant.OfEach<A> question) throws AnchorageSetback {
            return AtOnce.ask(numbers, question);
        }
    }

    private record Stretch(long first, int count) {
        static final Stretch NONE = new Stretch(0, 0);

        boolean overlaps(long from, long end) {
            return from < first + count && first < end;
        }
    }

    // --- what others may ask

    /// Who the ledger is; empty until it was reached for the first time.
    public Optional<AnchorIdentity> identity() {
        return progress.reached().map(PublicationEntry.Reached::ledger);
    }

    /// Whether nothing here holds, or may send, anything of the payloads of these records. Any thread; to be asked once
    /// the order to erase them is in force.
    ///
    /// @param first index of the first
    /// @param end   index behind the last
    public boolean isClear(long first, long end) {
        // In this order: what is being made is not among the open ones yet, and what is final is among the leftovers.
        return !making.overlaps(first, end)
                && progress.open().values().stream()
                        .noneMatch(item -> item.isPayload() && item.givenUp().isEmpty() && item.overlaps(first, end))
                && undeleted.values().stream()
                        .noneMatch(leftover -> leftover.made.first() < end && first < leftover.made.end());
    }

    /// Payloads of entries from this one on are still needed; [Long#MAX_VALUE] if none are. Any thread.
    public long neededFrom() {
        // In this order: what is made moves from those that are found to those that are open.
        long found = runs.neededFrom();
        long open = progress.open().values().stream()
                .filter(item -> item.isPayload() && !(item.phase() instanceof Phase.Aside))
                .mapToLong(item -> item.made().first())
                .min()
                .orElse(Long.MAX_VALUE);
        long owed = owed().stream()
                .filter(made -> made.kind() != Publication.Kind.COMMITMENTS)
                .map(this::shown)
                .filter(piece -> piece.count > 0)
                .mapToLong(Stretch::first)
                .min()
                .orElse(Long.MAX_VALUE);
        return Math.min(found, Math.min(open, owed));
    }

    /// How many publications are not final yet, with those that have no number yet and as far as it has looked ahead;
    /// those that were set aside do not count.
    public long waiting() {
        return runs.waiting()
                + progress.open().values().stream()
                        .filter(item -> !(item.phase() instanceof Phase.Aside))
                        .count();
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
        return number < unforcedFrom && progress.open().containsKey(number);
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
        return progress.open().values().stream()
                .map(Item::aside)
                .flatMap(Optional::stream)
                .toList();
    }

    /// What is wrong, if anything is. What may pass by itself hides nothing that somebody should look at.
    public Optional<Trouble> trouble() {
        var held = setback.map(this::told);
        if (held.filter(Trouble::urgent).isPresent()) return held;
        var besides = unread.values().stream().findFirst().map(this::told).or(this::waitingOrAside);
        if (held.isEmpty()) return besides;
        return besides.filter(Trouble::urgent)
                .map(red -> both(red, held.get(), "; of the other: "))
                .or(() -> held);
    }

    private Trouble told(Setback found) {
        boolean lasts = config.nanoTime().getAsLong() - found.sinceNanos >= PublicationDelays.PATIENCE.toNanos();
        return new Trouble(found.cause, found.remedy, found.since, found.urgent || lasts);
    }

    /// Neither hides the other: one may be set aside for months, and what hangs is told with since when and why.
    private Optional<Trouble> waitingOrAside() {
        var hangs = Trouble.foremost(List.of(
                delay().map(this::urgentOnceItLasts),
                core.delay(config.nanoTime().getAsLong()).map(this::withWhoIsAsked)));
        var aside = setAsideTrouble();
        return hangs.map(one -> aside.map(other -> both(one, other, "; of what was set aside: "))
                        .orElse(one))
                .or(() -> aside);
    }

    private Optional<Trouble> setAsideTrouble() {
        var aside = setAside();
        if (aside.size() >= PublicationNumbering.MOST_ASIDE) return Optional.of(tooMany(aside));
        return aside.stream()
                .findFirst()
                .map(first -> new Trouble(
                        "publication " + first.number() + " was set aside: " + first.cause(),
                        first.remedy(config.name()),
                        first.since()));
    }

    /// @param ofOther before the remedy of the other
    private static Trouble both(Trouble one, Trouble other, String ofOther) {
        return new Trouble(
                one.cause() + "; besides, " + other.cause(),
                one.remedy() + ofOther + other.remedy(),
                one.since(),
                one.urgent() || other.urgent());
    }

    private Trouble tooMany(List<SetAside> aside) {
        var last = aside.getLast();
        return new Trouble(
                aside.size() + " publications were set aside, the last, " + last.number() + ": " + last.cause()
                        + "; nothing more is published until there are fewer than " + PublicationNumbering.MOST_ASIDE,
                "mend the cause; then sealpost anchor take-up " + config.name()
                        + " NUMBER tries each again, give-up gives it up for good",
                aside.getFirst().since());
    }

    /// Of several it may be the one that is at fault.
    private Trouble withWhoIsAsked(Trouble said) {
        String asked = ledger.standing()
                .map(standing -> "; asked is " + standing.asked())
                .orElse("");
        return new Trouble(said.cause() + asked, said.remedy(), said.since(), said.urgent());
    }

    /// Nothing waits there while nothing is under way.
    private Optional<Trouble> delay() {
        boolean waits = progress.open().values().stream()
                .anyMatch(item -> item.phase() instanceof Phase.UnderWay || item.phase() instanceof Phase.Seen);
        if (!waits) return Optional.empty();
        return ledger.delay();
    }

    private Trouble urgentOnceItLasts(Trouble said) {
        boolean lasts = config.nanoTime().getAsLong() - undelayedNanos >= PublicationDelays.PATIENCE.toNanos();
        return new Trouble(said.cause(), said.remedy(), said.since(), said.urgent() || lasts);
    }
}
