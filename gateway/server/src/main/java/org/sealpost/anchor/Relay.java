package org.sealpost.anchor;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.sealpost.anchor.Progress.Phase;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.journal.Journal;
import org.sealpost.merkle.Consistency;
import org.sealpost.merkle.Hash;
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
/// [#step] belongs to one thread, and may block on the network. What [Anchored] offers may be asked by any
/// thread.
public final class Relay implements Stage, Anchored {
    private final RelayConfig config;
    private final Journal journal;
    private final Anchorage anchorage;
    private final HeadSource heads;
    private final Progress progress;

    // Owned by the stepping thread. Of the request that this instance prepared and has not offered yet it is known
    // that nobody has seen it.
    private @Nullable SignedRequest unseen;
    private OptionalLong nextLook = OptionalLong.empty();
    private OptionalLong nextHead = OptionalLong.empty();
    private OptionalLong nextRecheck = OptionalLong.empty();

    private volatile Optional<Trouble> setback = Optional.empty();

    private Relay(RelayConfig config, Journal journal, Anchorage anchorage, HeadSource heads, Progress progress) {
        this.config = config;
        this.journal = journal;
        this.anchorage = anchorage;
        this.heads = heads;
        this.progress = progress;
    }

    /// Reads the relay's journal; does not contact the anchorage. Journal and anchorage stay the caller's to
    /// close.
    ///
    /// @param journal the relay's own, one for each origin and anchorage, with room for entries of
    ///     [#MAX_ENTRY_SIZE_BYTES]
    /// @throws IOException if the journal cannot be read, or holds something else
    public static Relay open(RelayConfig config, Journal journal, Anchorage anchorage, HeadSource heads)
            throws IOException {
        var progress = new Progress();
        journal.scan(0, Integer.MAX_VALUE, entry -> progress.apply(decode(entry.leaf(), entry.index()), entry.index()));
        var opened = progress.opened();
        if (opened.isPresent() && !opened.get().relay().equals(config.name())) {
            throw new IOException(
                    "the journal belongs to relay " + opened.get().relay() + ", expected " + config.name());
        }
        return new Relay(config, journal, anchorage, heads, progress);
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
        if (progress.phase() instanceof Phase.Stopped(var conflict)) throw stopped(conflict);
        if (!isDue(nextLook)) return 0;
        try {
            int done = work();
            setback = Optional.empty();
            nextLook = done > 0 ? OptionalLong.empty() : in(config.poll());
            return done;
        } catch (AnchorageSetback e) {
            var since = setback.map(Trouble::since).orElseGet(config.clock()::instant);
            setback = Optional.of(new Trouble(String.valueOf(e.getMessage()), e.remedy(), since));
            throw e;
        }
    }

    private int work() throws IOException, AnchorageSetback {
        return switch (progress.phase()) {
            case Phase.Idle() -> look();
            case Phase.InFlight now -> {
                checkIdentity();
                yield pursue(now);
            }
            case Phase.Seen now -> {
                checkIdentity();
                yield awaitFinality(now);
            }
            case Phase.Stopped(var conflict) -> throw stopped(conflict);
        };
    }

    // --- nothing under way

    private int look() throws IOException, AnchorageSetback {
        var newest = heads.newest();
        if (newest.isEmpty()) return 0;
        progress.opened().ifPresent(opened -> requireSameOrigin(opened, newest.get()));
        long done = Math.max(
                progress.finals().largest(),
                progress.parked().map(RelayEntry.Parked::size).orElse(0L));
        boolean isNew = newest.get().size() > done && isDue(nextHead);
        boolean looksBack = progress.finals().largest() > 0 && (isNew || isDue(nextRecheck));
        if (!isNew && !looksBack) return 0;
        checkIdentity();
        int found = looksBack ? recheck() : 0;
        return found == 0 && isNew ? begin(newest.get()) : found;
    }

    private static void requireSameOrigin(RelayEntry.Opened opened, LodgeableHead head) {
        if (!opened.origin().equals(head.originId())) {
            throw new IllegalStateException("the journal belongs to origin id " + opened.origin() + ", the head to "
                    + head.originId() + ": each origin has anchors journals of its own");
        }
    }

    private int begin(LodgeableHead head) throws IOException, AnchorageSetback {
        if (progress.opened().isEmpty()) {
            write(new RelayEntry.Opened(config.name(), head.originId(), anchorage.identity()));
        }
        return switch (anchorage.find(head.originId(), head.size(), head.root())) {
            case Finding.Present(var place, var isFinal) -> write(included(head.size(), head.root(), place));
            case Finding.Conflict(var other) ->
                conflict(head, Optional.of(other), "it holds another root for this size");
            case Finding.Covered(var size, var root) -> covered(head, size, root);
            case Finding.Absent(var size, var root) -> {
                int found = root == null ? 0 : brought(head, size, root);
                yield found > 0 ? found : prepare(head, size, root);
            }
        };
    }

    /// The newest head there is smaller than ours, and not one that this relay saw: a courier lodged it while
    /// the anchorage was out of reach. It is recorded like one of our own, so what it covers is final by it,
    /// and it is not sent again.
    private int brought(LodgeableHead newest, long size, Hash root) throws IOException, AnchorageSetback {
        if (size <= progress.finals().largest() || !heads.isSealed(size, root)) return 0;
        return anchorage.find(newest.originId(), size, root) instanceof Finding.Present(var place, var isFinal)
                ? write(included(size, root, place))
                : 0;
    }

    /// Somebody else lodged a larger head of ours. That is good if this log has grown beyond it, and only then.
    private int covered(LodgeableHead head, long size, Hash root) throws IOException, AnchorageSetback {
        long known = heads.newest().map(LodgeableHead::size).orElse(0L);
        if (known < size) {
            return conflict(
                    head,
                    Optional.of(root),
                    "it holds a head of size " + size + ", but this log has " + known
                            + " entries: the box was restored or copied");
        }
        return 0;
    }

    private int prepare(LodgeableHead head, long base, @Nullable Hash baseRoot) throws IOException, AnchorageSetback {
        if (isLastUnsettled()) return 0;
        List<Hash> proof = List.of();
        if (baseRoot != null) {
            proof = heads.consistency(base, head.size());
            // Looked at before anything is sent: what the anchorage would refuse for ever is not tried.
            if (!Consistency.verify(base, baseRoot, head.size(), head.root(), proof)) {
                return conflict(
                        head, Optional.of(baseRoot), "its head of size " + base + " is not of this log's history");
            }
        }
        return switch (anchorage.prepare(head, base, proof)) {
            case Preparation.Refused(var reason) -> park(head.size(), reason);
            case Preparation.Ready(var request) -> {
                int done = write(
                        new RelayEntry.Prepared(config.clock().instant(), head.size(), head.root(), base, request));
                unseen = request;
                nextHead = in(config.betweenHeads());
                yield done;
            }
        };
    }

    /// Whether the last request may still lose what it used up. Its head may be done without it, lodged by
    /// somebody else, while it stands in a block that can be taken back: a request signed for the nonce behind
    /// it would wait for ever.
    private boolean isLastUnsettled() throws AnchorageSetback {
        var last = progress.lastPrepared();
        if (last.isEmpty()) return false;
        return switch (anchorage.status(last.get().request())) {
            case RequestState.Pooled pooled -> true;
            case RequestState.Included included -> true;
            case RequestState.Reverted(var place, var isFinal) -> !isFinal;
            case RequestState.Final landed -> false;
            case RequestState.CannotLand lost -> false;
            case RequestState.Unknown unknown -> false;
        };
    }

    /// Whether the newest final head is still there. A chain that was rolled back says so by itself only when
    /// somebody looks.
    private int recheck() throws IOException, AnchorageSetback {
        long size = progress.finals().largest();
        var last = firstFinalCovering(size - 1).orElseThrow();
        var finding = anchorage.find(originId(), last.size(), last.root());
        nextRecheck = in(config.recheck());
        return switch (finding) {
            case Finding.Present present -> 0;
            case Finding.Conflict(var other) ->
                write(new RelayEntry.Conflict(
                        config.clock().instant(),
                        size,
                        last.root(),
                        Optional.of(other),
                        "it holds another root for a size that was final"));
            case Finding.Absent(var newestSize, var newestRoot) -> rolledBack(newestSize);
            // Larger heads are there without this one: those before it are looked at in turn.
            case Finding.Covered covered -> rolledBack(progress.finals().before(size));
        };
    }

    private int rolledBack(long size) throws IOException {
        nextRecheck = OptionalLong.empty();
        return write(new RelayEntry.RolledBack(config.clock().instant(), size));
    }

    // --- a request that may be under way

    private int pursue(Phase.InFlight now) throws IOException, AnchorageSetback {
        var prepared = now.prepared();
        if (prepared.request().equals(unseen)) return submit(now);
        return switch (anchorage.find(originId(), prepared.size(), prepared.root())) {
            case Finding.Present(var place, var isFinal) -> write(included(prepared.size(), prepared.root(), place));
            case Finding.Covered(var size, var root) ->
                write(new RelayEntry.Covered(config.clock().instant(), prepared.size(), size));
            case Finding.Conflict(var other) ->
                write(new RelayEntry.Conflict(
                        config.clock().instant(),
                        prepared.size(),
                        prepared.root(),
                        Optional.of(other),
                        "it holds another root for this size"));
            case Finding.Absent absent -> askFor(now);
        };
    }

    private int askFor(Phase.InFlight now) throws IOException, AnchorageSetback {
        return switch (anchorage.status(now.prepared().request())) {
            case RequestState.Unknown() -> submit(now);
            case RequestState.Pooled() -> 0;
            case RequestState.Included included -> 0;
            case RequestState.Reverted(var place, var isFinal) ->
                isFinal ? drop(now, "it was included without effect") : 0;
            case RequestState.Final(var place) -> drop(now, "it was included and the head is not there");
            case RequestState.CannotLand(var reason) -> drop(now, reason);
        };
    }

    private int submit(Phase.InFlight now) throws IOException {
        var prepared = now.prepared();
        unseen = null; // before the call: whatever comes of it, somebody may have seen the bytes
        return switch (anchorage.submit(prepared.request())) {
            case SubmitOutcome.Accepted(), SubmitOutcome.AlreadyKnown() ->
                now.taken() && now.cause().isEmpty()
                        ? 0
                        : write(new RelayEntry.Sent(config.clock().instant(), prepared.size()));
            case SubmitOutcome.RefusedForGood(var reason) -> park(prepared.size(), reason);
            case SubmitOutcome.Unknown(var cause) -> ambiguous(now, cause);
        };
    }

    /// Written once for a row of unknown outcomes, so that an anchorage that stays away does not fill the disk.
    private int ambiguous(Phase.InFlight now, String cause) throws IOException {
        if (!now.cause().isEmpty()) return 0;
        String said = cause.isEmpty() ? "no answer" : cause;
        write(new RelayEntry.Ambiguous(config.clock().instant(), now.prepared().size(), said));
        return 0;
    }

    private int drop(Phase.InFlight now, String cause) throws IOException {
        long size = now.prepared().size();
        if (progress.dropsInARow() + 1 < config.attempts()) {
            return write(new RelayEntry.Dropped(config.clock().instant(), size, cause));
        }
        return park(size, config.attempts() + " requests had no effect, the last: " + cause);
    }

    // --- a head that was seen

    private int awaitFinality(Phase.Seen now) throws IOException, AnchorageSetback {
        var included = now.included();
        return switch (anchorage.find(originId(), included.size(), included.root())) {
            case Finding.Present(var place, var isFinal) -> {
                // One entry a step: if the disk is full between two, the first would be written without the second.
                if (!place.equals(included.place())) yield write(reorged(included));
                if (!isFinal) yield 0;
                nextRecheck = in(config.recheck());
                yield write(new RelayEntry.Final(config.clock().instant(), included.size(), included.root(), place));
            }
            case Finding.Absent absent -> write(reorged(included));
            case Finding.Covered covered -> write(reorged(included));
            case Finding.Conflict(var other) ->
                write(new RelayEntry.Conflict(
                        config.clock().instant(),
                        included.size(),
                        included.root(),
                        Optional.of(other),
                        "it holds another root for a size that was lodged"));
        };
    }

    // --- small things

    /// Newer heads are tried, but not at the pace at which they come: most probably they are refused, too.
    private int park(long size, String cause) throws IOException {
        nextHead = in(config.recheck());
        return write(new RelayEntry.Parked(config.clock().instant(), size, cause));
    }

    private RelayEntry.Included included(long size, Hash root, Place place) {
        return new RelayEntry.Included(config.clock().instant(), size, root, place);
    }

    private RelayEntry.Reorged reorged(RelayEntry.Included included) {
        return new RelayEntry.Reorged(config.clock().instant(), included.size(), included.place());
    }

    private int conflict(LodgeableHead head, Optional<Hash> other, String cause) throws IOException {
        return write(new RelayEntry.Conflict(config.clock().instant(), head.size(), head.root(), other, cause));
    }

    private AnchorageSetback stopped(RelayEntry.Conflict conflict) {
        var trouble = trouble(conflict);
        return new AnchorageSetback(trouble.cause(), trouble.remedy());
    }

    private Trouble trouble(RelayEntry.Conflict conflict) {
        return new Trouble(
                config.name() + " stopped at size " + conflict.size() + " (root " + conflict.root() + "): "
                        + conflict.cause()
                        + conflict.other()
                                .map(other -> " (its root: " + other + ")")
                                .orElse(""),
                "find out which box made the other history; this log can go on only as a new origin there",
                conflict.at());
    }

    private void checkIdentity() throws AnchorageSetback {
        var found = anchorage.identity();
        var opened = progress.opened();
        if (opened.isPresent() && !opened.get().anchorage().equals(found)) {
            throw new AnchorageSetback(
                    config.name() + " is another anchorage now: found " + found + ", expected "
                            + opened.get().anchorage(),
                    "nothing is sent to it; restore the one that was, or configure this one under a new name");
        }
    }

    private OriginId originId() {
        return progress.opened().orElseThrow().origin();
    }

    /// The fold moves on only after the force: what is not durable has not happened.
    private int write(RelayEntry entry) throws IOException {
        long index = journal.size();
        journal.append(entry.toBytes(), new byte[0]);
        journal.force();
        progress.apply(entry, index);
        return 1;
    }

    private static RelayEntry decode(byte[] leaf, long index) throws IOException {
        try {
            return RelayEntry.read(leaf);
        } catch (CborMalformed e) {
            throw new IOException("entry " + index + " of a relay's journal: " + e.getMessage(), e);
        }
    }

    private boolean isDue(OptionalLong time) {
        return time.isEmpty() || config.nanoTime().getAsLong() - time.getAsLong() >= 0;
    }

    private OptionalLong in(Duration wait) {
        return OptionalLong.of(config.nanoTime().getAsLong() + wait.toNanos());
    }

    // --- what others may ask

    @Override
    public Optional<AnchorIdentity> identity() {
        return progress.opened().map(RelayEntry.Opened::anchorage);
    }

    @Override
    public boolean convincesOthers() {
        return anchorage.capabilities().convincesOthers();
    }

    @Override
    public Optional<FinalHead> firstFinalCovering(long index) throws IOException {
        var entry = progress.finals().covering(index);
        if (entry.isEmpty()) return Optional.empty();
        long at = entry.getAsLong();
        if (decode(journal.read(at).leaf(), at) instanceof RelayEntry.Final found) {
            return Optional.of(new FinalHead(found.size(), found.root(), found.place(), found.at()));
        }
        throw new IllegalStateException("entry " + at + " of the relay's journal was a final head and is not any more");
    }

    @Override
    public Optional<FinalHead> newestFinal() throws IOException {
        long size = progress.finals().largest();
        return size == 0 ? Optional.empty() : firstFinalCovering(size - 1);
    }

    @Override
    public long finalSize() {
        return progress.phase() instanceof Phase.Stopped ? 0 : progress.finals().largest();
    }

    @Override
    public boolean holds(long size) {
        var phase = progress.phase(); // before the final heads: a head moves from here to there
        long underWay = switch (phase) {
            case Phase.InFlight now -> now.prepared().size();
            case Phase.Seen now -> now.included().size();
            case Phase.Idle now -> 0;
            case Phase.Stopped now -> 0;
        };
        return underWay == size || progress.finals().before(size + 1) == size;
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
        if (progress.phase() instanceof Phase.Stopped(var conflict)) return Optional.of(trouble(conflict));
        if (progress.phase() instanceof Phase.InFlight now && !now.cause().isEmpty() && setback.isEmpty()) {
            return Optional.of(new Trouble(
                    now.cause(),
                    "none needed while it passes; the same request is sent again",
                    now.prepared().at()));
        }
        return setback.or(() -> progress.parked()
                .map(parked -> new Trouble(
                        "head of size " + parked.size() + " was set aside: " + parked.cause(),
                        "newer heads are tried; if they are refused too, look at the cause",
                        parked.at())));
    }
}
