package org.sealpost.anchor;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import org.sealpost.anchor.Progress.Phase;
import org.sealpost.anchor.RelayMove.Ask;
import org.sealpost.anchor.RelayMove.Rest;
import org.sealpost.anchor.RelayMove.Stuck;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.journal.BrokenPromise;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalFull;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Place;
import org.sealpost.record.CborMalformed;
import org.sealpost.stage.Stage;

/// Brings the newest head to one anchorage and waits until it is final there.
///
/// One head is under way at a time; those that come meanwhile coalesce into the newest. Whatever is done
/// outside was made durable before in the relay's own journal, and the relay's position is a fold over that
/// journal, so a crash between any two steps costs nothing but the step. After an unknown outcome the anchorage
/// is asked first, and then gets the same bytes; a new request is signed only once the one before provably
/// cannot take effect.
///
/// What is to be done next is [RelayCore]'s to say, and is done here: journal, log and anchorage are asked in the order
/// in which it wants them.
///
/// [#step] belongs to one thread, and may block on the network. What [Anchored] offers may be asked by any
/// thread.
public final class Relay implements Stage, Anchored {
    /// What is further back tells nothing of how long heads take.
    private static final int MOST_ENTRIES_OF_A_HEAD = 64;

    private final RelayConfig config;
    private final Journal journal;
    private final Optional<KeptEntries> kept;
    private final Optional<AnchorProofs> proofs;
    private final Optional<ReplacedRequests> replaced;
    private final Optional<DoubtFile> doubts;
    private final Anchorage anchorage;
    private final HeadSource heads;
    private final Progress progress;

    // Owned by the stepping thread.
    private final RelayCore core;
    private final Outside surroundings = new Outside();
    private final Optional<RelayThinning> thinning;

    // The last order to send again that the stepping thread has heard of; empty before its first step.
    private OptionalLong ordered = OptionalLong.empty();

    private volatile Optional<Trouble> setback = Optional.empty();

    // Written by the stepping thread.
    private volatile long looks;
    private volatile boolean isStepping;

    /// Running time at which nothing was wrong last.
    private volatile long wellNanos;

    private Relay(
            RelayConfig config,
            Journal journal,
            Optional<KeptEntries> kept,
            Optional<AnchorProofs> proofs,
            Optional<ReplacedRequests> replaced,
            Optional<DoubtFile> doubts,
            Anchorage anchorage,
            HeadSource heads,
            Progress progress)
            throws IOException {
        this.config = config;
        this.journal = journal;
        this.kept = kept;
        this.thinning = kept.filter(_ -> config.newestEntries() != RelayConfig.ALL)
                .map(where -> new RelayThinning(
                        config.name(),
                        journal,
                        where,
                        proofs,
                        progress,
                        config.newestEntries(),
                        config.nanoTime().getAsLong()));
        this.proofs = proofs;
        this.replaced = replaced;
        this.doubts = doubts;
        this.anchorage = anchorage;
        this.heads = heads;
        this.progress = progress;
        this.core = new RelayCore(
                config,
                progress,
                anchorage.capabilities(),
                replaced.flatMap(_ -> anchorage.capabilities().stuckAfter()),
                replaced.map(ReplacedRequests::newest).orElseGet(Replacements::new),
                doubts.isPresent() ? doubts.get().read() : Optional.empty());
        this.wellNanos = config.nanoTime().getAsLong();
    }

    /// Reads the relay's journal; does not contact the anchorage. Journal and anchorage stay the caller's to
    /// close.
    ///
    /// @param journal the relay's own, one for each origin and anchorage, with room for entries of
    ///     [#MAX_ENTRY_SIZE_BYTES]
    /// @throws IOException if the journal cannot be read, or holds something else
    public static Relay open(RelayConfig config, Journal journal, Anchorage anchorage, HeadSource heads)
            throws IOException {
        return open(config, journal, Optional.empty(), Optional.empty(), anchorage, heads);
    }

    /// The same of a journal that gives nothing up.
    public static Relay open(
            RelayConfig config,
            Journal journal,
            Optional<AnchorProofs> proofs,
            Optional<ReplacedRequests> replaced,
            Anchorage anchorage,
            HeadSource heads)
            throws IOException {
        return open(config, journal, Optional.empty(), proofs, replaced, anchorage, heads);
    }

    /// The same with proofs of what is final there.
    ///
    /// @param kept what stays of entries that the journal gives up; empty where none ever is
    /// @param proofs empty where none are kept; never where the anchorage [Capabilities#answersOnce]
    /// @param replaced empty where nothing is made in the place of a stuck request
    public static Relay open(
            RelayConfig config,
            Journal journal,
            Optional<KeptEntries> kept,
            Optional<AnchorProofs> proofs,
            Optional<ReplacedRequests> replaced,
            Anchorage anchorage,
            HeadSource heads)
            throws IOException {
        return open(config, journal, kept, proofs, replaced, Optional.empty(), anchorage, heads);
    }

    /// The same of a box whose seals wait for what the anchorage says.
    ///
    /// @param doubts where stands what the anchorage said against the log; empty to forget it with the process
    public static Relay open(
            RelayConfig config,
            Journal journal,
            Optional<KeptEntries> kept,
            Optional<AnchorProofs> proofs,
            Optional<ReplacedRequests> replaced,
            Optional<DoubtFile> doubts,
            Anchorage anchorage,
            HeadSource heads)
            throws IOException {
        var progress = new Progress();
        if (kept.isPresent()) kept.get().requireOf(journal);
        long first = journal.firstIndex();
        if (first > 0) goOnBehind(first, kept, progress);
        journal.scan(
                first,
                Integer.MAX_VALUE,
                entry -> follow(progress, decode(entry.leaf(), entry.index()), entry.index()));
        var opened = progress.opened();
        if (opened.isPresent() && !opened.get().relay().equals(config.name())) {
            throw new IOException(
                    "the journal belongs to relay " + opened.get().relay() + ", expected " + config.name());
        }
        var ofProofs = proofs.flatMap(AnchorProofs::origin);
        if (opened.isPresent()
                && ofProofs.isPresent()
                && !ofProofs.get().equals(opened.get().origin())) {
            throw new IOException("the journal belongs to origin id "
                    + opened.get().origin() + ", that of its proofs to " + ofProofs.get());
        }
        return new Relay(config, journal, kept, proofs, replaced, doubts, anchorage, heads, progress);
    }

    private static void goOnBehind(long first, Optional<KeptEntries> kept, Progress progress) throws IOException {
        if (kept.isPresent()) {
            kept.get().scan((position, copy) -> {
                if (copy.index() < first) progress.applyKept(copy.entry(), RelayThinning.keptAt(position));
            });
        }
        if (progress.opened().isEmpty()) {
            throw new IOException("the journal begins with entry " + first + ", and what was kept of those before is"
                    + " missing: bring the folder " + KeptEntries.PREFIX + "NAME back");
        }
        progress.resume(progress.opened().get());
    }

    /// What the journal must have room for in an entry.
    public static final int MAX_ENTRY_SIZE_BYTES = SignedRequest.MAX_SIZE + 512;

    @Override
    public String name() {
        return config.name();
    }

    /// @throws AnchorageSetback while the anchorage, or the token that signs for it, cannot do what is needed;
    ///     also while it is not the anchorage that it was, and after a conflict for ever
    @Override
    public int step() throws IOException, AnchorageSetback {
        isStepping = true;
        try {
            return move();
        } finally {
            looks++;
            isStepping = false;
        }
    }

    private int move() throws IOException, AnchorageSetback {
        var move = core.begin(moment(), orders());
        if (move instanceof Rest(int done)) {
            noteWhetherWell();
            thinning.ifPresent(old -> old.step(config.nanoTime().getAsLong()));
            return done;
        }
        if (move instanceof Stuck stopped) throw setback(stopped);
        boolean passes = true;
        try {
            while (move instanceof Ask<?> question) move = answered(question);
            if (move instanceof Stuck stuck) {
                passes = false;
                throw setback(stuck);
            }
            setback = Optional.empty();
            noteWhetherWell();
            return move instanceof Rest(int done) ? done : 0;
        } catch (AnchorageSetback e) {
            remember(String.valueOf(e.getMessage()), e.remedy(), passes && e.passes());
            throw e;
        } catch (BrokenPromise e) {
            throw e; // ends the process, and is told there
        } catch (EntryRefused e) {
            remember(String.valueOf(e.getMessage()), e.remedy(), false);
            throw e;
        } catch (IOException | RuntimeException e) {
            remember(
                    name() + " cannot go on: " + e,
                    "look at the disk and the log of this box; it is tried again",
                    false);
            throw e;
        }
    }

    /// Comes to an orderly end, once nobody has it step any more: what is on the disk of a doubt that ended
    /// goes at once, or commands that look there would refuse for it. It stays where a step did not end in
    /// time: that one may hear of another doubt, and counts on what is there.
    ///
    /// @throws IOException if the disk does not take it; the next process asks, and removes it
    public void end() throws IOException {
        if (!isStepping && doubts.isPresent() && core.isDoubtOver())
            doubts.get().remove();
    }

    private RelayOrders orders() {
        var orders = config.orders().get();
        if (ordered.isPresent() && orders.resubmitted() > ordered.getAsLong()) anchorage.mayBeSetBack();
        ordered = OptionalLong.of(orders.resubmitted());
        return orders;
    }

    private void noteWhetherWell() {
        if (setback.isEmpty() && !isAmbiguous() && delay().isEmpty())
            wellNanos = config.nanoTime().getAsLong();
    }

    private boolean isAmbiguous() {
        return progress.phase() instanceof Phase.InFlight now && !now.cause().isEmpty();
    }

    private void remember(String cause, String remedy, boolean passes) {
        var since = setback.map(Trouble::since).orElseGet(config.clock()::instant);
        setback = Optional.of(new Trouble(cause, remedy, since, !passes));
    }

    /// The same, urgent by now if it has lasted.
    private Trouble lasting(Trouble trouble) {
        return trouble.urgentIf(
                config.nanoTime().getAsLong() - wellNanos >= config.patience().toNanos());
    }

    private <A> RelayMove answered(Ask<A> question) throws IOException, AnchorageSetback {
        A answer;
        try {
            answer = question.want().in(surroundings);
        } catch (AnchorageSetback e) {
            if (e.speaksAgainstTheLog() && core.speaksAgainst(question, e) instanceof Ask<?> doubt) keep(doubt, e);
            throw e;
        }
        return core.hear(question, answer, moment());
    }

    /// The move is over, and this belongs to it all the same: what was said is durable before anything else is done.
    /// Where the disk does not take it, that is the first thing of the next move, which says so.
    private <A> void keep(Ask<A> doubt, AnchorageSetback said) {
        try {
            doubt.then().apply(doubt.want().in(surroundings));
        } catch (IOException | AnchorageSetback e) {
            said.addSuppressed(e);
        }
    }

    private AnchorageSetback setback(Stuck stuck) {
        return new AnchorageSetback(stuck.cause(), stuck.remedy());
    }

    private Moment moment() {
        return new Moment(config.clock().instant(), config.nanoTime().getAsLong());
    }

    /// What the core wants done is done here.
    private final class Outside implements Want.Surroundings {
        @Override
        public long write(RelayEntry entry) throws IOException {
            long index = journal.size();
            byte[] leaf = entry.toBytes();
            EntryRefused.unless(name(), () -> progress.requireFollows(decode(leaf, index), index));
            journal.append(leaf, new byte[0]);
            journal.force();
            return index;
        }

        @Override
        public FinalHead lastFinal() throws IOException {
            return newestFinal().orElseThrow();
        }

        @Override
        public Optional<FinalHead> owed(long below) throws IOException {
            if (proofs.isEmpty()) return Optional.empty();
            // Of the newest it is looked at the proof itself: a chain may have lost that head, and have it elsewhere.
            var newest = newestFinal();
            if (newest.isPresent()
                    && newest.get().size() < below
                    && proofs.get().of(newest.get()).isEmpty()) return newest;
            for (long size = progress.finals().before(below);
                    size > 0;
                    size = progress.finals().before(size)) {
                if (!proofs.get().has(size)) return firstFinalCovering(size - 1);
            }
            return Optional.empty();
        }

        @Override
        public Place keep(Want.Keep kept) throws IOException, AnchorageSetback {
            var where = proofs.orElseThrow(() -> new IllegalStateException(
                    config.name() + " answers once, and there is nowhere to keep what it answers"));
            try {
                return where.write(kept.origin(), kept.size(), kept.root(), kept.block(), kept.proof());
            } catch (JournalFull e) {
                throw new AnchorageSetback("there is no room for a proof: " + e.getMessage(), "make room", e);
            }
        }

        @Override
        public void doubt(Optional<Doubt> doubt) throws IOException {
            if (doubts.isEmpty()) return;
            if (doubt.isPresent()) doubts.get().write(doubt.get());
            else doubts.get().remove();
        }

        @Override
        public void write(OriginId origin, ReplacedEntry.Replaced entry) throws IOException {
            replaced.orElseThrow().write(origin, entry);
        }

        @Override
        public HeadSource heads() {
            return heads;
        }

        @Override
        public Anchorage anchorage() {
            return anchorage;
        }
    }

    private static void follow(Progress progress, RelayEntry entry, long index) throws IOException {
        try {
            progress.apply(entry, index);
        } catch (IllegalStateException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    static RelayEntry decode(byte[] leaf, long index) throws IOException {
        try {
            return RelayEntry.read(leaf);
        } catch (CborMalformed e) {
            throw new IOException("entry " + index + " of a relay's journal: " + e.getMessage(), e);
        }
    }

    // --- what others may ask

    /// What is under way there, in words.
    public String underWay() {
        return switch (progress.phase()) {
            case Phase.Idle() -> "nothing";
            case Phase.InFlight now ->
                "a request for the head of " + now.prepared().size() + " entries since "
                        + now.prepared().at() + (now.taken() ? ", which it has taken" : "");
            case Phase.Seen now ->
                "the head of " + now.included().size() + " entries is there at height "
                        + now.included().place().height() + " since "
                        + now.included().at() + ", and is not final yet";
            case Phase.Stopped _ -> "nothing, and nothing will be: it stopped";
        };
    }

    /// Whether what the anchorage holds of this log lies within it, as far as it was asked since this process began.
    public Agreement agreement() {
        return core.agreement();
    }

    /// When a conflict was told, or that what is final is elsewhere: an order about it has to be later. Any thread.
    public Optional<Instant> told() {
        return core.told();
    }

    /// How many of its moves are over, however they ended. Any thread.
    public long looks() {
        return looks;
    }

    /// Whether a copy of this box would be told there what its own disk forgot.
    public boolean keepsHistoryElsewhere() {
        return anchorage.capabilities().keepsHistoryElsewhere();
    }

    @Override
    public Optional<AnchorIdentity> identity() {
        return progress.opened().map(RelayEntry.Opened::anchorage);
    }

    /// Whether this box goes on there: it was reached, and looked at before anything was sent. Any thread.
    public boolean goesOn() {
        return progress.isVouchedFor();
    }

    /// By what the anchorage knows the log; empty until it was reached for the first time. Any thread.
    public Optional<OriginId> origin() {
        return progress.opened().map(RelayEntry.Opened::origin);
    }

    @Override
    public boolean convincesOthers() {
        return anchorage.capabilities().convincesOthers();
    }

    @Override
    public boolean makesFinal() {
        return anchorage.capabilities().makesFinal(config.named());
    }

    @Override
    public Optional<FinalHead> firstFinalCovering(long index) throws IOException {
        while (true) {
            var entry = progress.finals().covering(index);
            if (entry.isEmpty()) return Optional.empty();
            long at = entry.getAsLong();
            try {
                if (entryAt(at) instanceof RelayEntry.Final found) {
                    return Optional.of(new FinalHead(found.size(), found.root(), found.place(), found.at()));
                }
            } catch (IndexOutOfBoundsException gone) {
                // Given up while it was looked at: it stands elsewhere by now, or another head covers the entry.
                if (at < 0 || at >= journal.firstIndex()) throw gone;
                LockSupport.parkNanos(1_000_000);
                continue;
            }
            throw new IllegalStateException(
                    "entry " + at + " of the relay's journal was a final head and is not any more");
        }
    }

    private RelayEntry entryAt(long at) throws IOException {
        return at < 0
                ? kept.orElseThrow().read(RelayThinning.keptAt(at)).entry()
                : decode(journal.read(at).leaf(), at);
    }

    @Override
    public Optional<FinalHead> newestFinal() throws IOException {
        long size = progress.finals().largest();
        return size == 0 ? Optional.empty() : firstFinalCovering(size - 1);
    }

    /// The newest final heads, the newest first.
    ///
    /// @param max of how many
    public List<LodgedHead> newestFinals(int max) throws IOException {
        var newest = new ArrayList<LodgedHead>();
        long size = progress.finals().largest();
        while (size > 0 && newest.size() < max) {
            var at = progress.finals().covering(size - 1);
            var head = firstFinalCovering(size - 1);
            if (at.isEmpty() || head.isEmpty()) break; // taken back meanwhile
            newest.add(new LodgedHead(head.get(), took(at.getAsLong(), head.get())));
            size = progress.finals().before(size);
        }
        return newest;
    }

    /// @param at where the entry says that the head is final
    private Optional<Duration> took(long at, FinalHead head) throws IOException {
        long end = Math.max(Math.max(1, journal.firstIndex()), at - MOST_ENTRIES_OF_A_HEAD);
        for (long before = at - 1; before >= end; before--) {
            var entry = decode(journal.read(before).leaf(), before);
            if (entry instanceof RelayEntry.Final) break;
            if (entry instanceof RelayEntry.Prepared prepared) {
                boolean isOurs =
                        prepared.size() == head.size() && !prepared.at().isAfter(head.since());
                return isOurs ? Optional.of(Duration.between(prepared.at(), head.since())) : Optional.empty();
            }
        }
        return Optional.empty();
    }

    @Override
    public Optional<AnchorProof> proof(FinalHead head) throws IOException {
        return proofs.isEmpty() ? Optional.empty() : proofs.get().of(head);
    }

    @Override
    public long finalSize() {
        return progress.phase() instanceof Phase.Stopped ? 0 : progress.finals().largest();
    }

    @Override
    public long largestFinal() {
        return progress.finals().largest();
    }

    /// The size of the largest head that is final there, or may become so; 0 if there is none. Asks no disk.
    public long largest() {
        long underWay = underWay(progress.phase()); // before the final heads: a head moves from here to there
        return Math.max(underWay, progress.finals().largest());
    }

    @Override
    public boolean holds(long size) {
        long underWay = underWay(progress.phase()); // before the final heads: a head moves from here to there
        return underWay == size || progress.finals().before(size + 1) == size;
    }

    private static long underWay(Phase phase) {
        return switch (phase) {
            case Phase.InFlight now -> now.prepared().size();
            case Phase.Seen now -> now.included().size();
            case Phase.Idle _ -> 0;
            case Phase.Stopped _ -> 0;
        };
    }

    @Override
    public AnchorState stateOf(long index) throws IOException {
        var phase = progress.phase(); // before the final heads: a head moves from here to there
        var covering = firstFinalCovering(index);
        if (covering.isPresent()) return new AnchorState.Final(covering.get());
        return phase instanceof Phase.Seen(var included, var prepared) && included.size() > index
                ? new AnchorState.Anchored(included.size(), included.place(), included.at())
                : new AnchorState.Waiting();
    }

    @Override
    public Optional<Trouble> trouble() {
        if (progress.phase() instanceof Phase.Stopped(var conflict)) return Optional.of(core.trouble(conflict));
        var doubted = core.doubted();
        if (doubted.isPresent()) return doubted.map(this::withSetback);
        if (config.orders().get().parked()) {
            // Of an idle one nothing is asked, so what was wrong with it last says nothing of now; nor does it matter
            // what became of sending while nothing is sent.
            return progress.phase() instanceof Phase.Idle
                    ? Optional.empty()
                    : setback.map(this::lasting).map(Relay::whileParked);
        }
        var delay = setback.isEmpty() ? delay() : Optional.<Trouble>empty();
        if (delay.isPresent()) return delay.map(this::lasting);
        if (progress.phase() instanceof Phase.InFlight now && !now.cause().isEmpty() && setback.isEmpty()) {
            return Optional.of(lasting(new Trouble(
                    core.newestCause(now),
                    "none needed while it passes; the same request is sent again",
                    now.prepared().at(),
                    false)));
        }
        return setback.map(this::lasting).or(core::setAside);
    }

    private Trouble withSetback(Trouble doubt) {
        var cause = setback.map(found -> " (" + found.cause() + ")").orElse("");
        return new Trouble(doubt.cause() + cause, doubt.remedy(), doubt.since(), doubt.urgent());
    }

    /// Nothing waits there while nothing is under way, but for a request whose head somebody else lodged.
    private Optional<Trouble> delay() {
        long now = config.nanoTime().getAsLong();
        return switch (progress.phase()) {
            case Phase.InFlight _, Phase.Seen _ -> anchorage.delay().or(() -> delay(now));
            case Phase.Idle _ -> delay(now);
            case Phase.Stopped _ -> Optional.empty();
        };
    }

    private Optional<Trouble> delay(long now) {
        var standing = anchorage.standing();
        return core.delay(now).map(delay -> delay.withWhoIsAsked(standing));
    }

    private static Trouble whileParked(Trouble trouble) {
        return new Trouble(
                "parked, and what is under way cannot be asked for: " + trouble.cause(),
                trouble.remedy(),
                trouble.since(),
                trouble.urgent());
    }
}
