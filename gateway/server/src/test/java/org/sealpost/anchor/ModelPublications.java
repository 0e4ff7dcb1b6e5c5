package org.sealpost.anchor;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.sealpost.anchor.Anchored.Trouble;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Place;
import org.sealpost.lodging.Publication;
import org.sealpost.lodging.PublicationFinding;
import org.sealpost.lodging.PublicationFinding.Conflict;
import org.sealpost.lodging.PublicationFinding.Present;
import org.sealpost.lodging.SignedPublication;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Merkle;

/// A chain in memory that takes publications by rule C11, with one account, and with a real chain's manners.
public final class ModelPublications implements PublicationLedger {
    private static final int MAX_CONTENT = 10_000;

    private final int confirmations;
    private final List<Block> blocks = new ArrayList<>();
    private final Map<Hash, Transaction> signed = new HashMap<>();
    private final Map<Hash, Transaction> pool = new LinkedHashMap<>();
    private final Set<Hash> offered = new HashSet<>();
    private AnchorIdentity identity = new AnchorIdentity.Local(Merkle.leafHash(new byte[] {1}));
    private Optional<Boolean> loses = Optional.empty();
    private boolean refusesNext;
    private String refusesToPrepare = "";
    private int preparesYet = Integer.MAX_VALUE;
    private Set<Long> setBack = Set.of();
    private Runnable meanwhile = () -> {};
    private String replacesNone = "";
    private Optional<Trouble> delay = Optional.empty();
    private int maxCommitments = Publication.MAX_COUNT;
    private long finalized;
    private int salt;
    private int prepared;

    private final Map<Long, Hash> lies = new HashMap<>();
    private boolean liesAreConfirmed;
    private Set<Long> untold = Set.of();

    private boolean hidesPool;
    private boolean isAway;
    private boolean isStopped;
    private boolean movesAbout;
    private Set<Long> movingAlone = Set.of();
    private boolean forgetsEach;
    private boolean hasTaken;
    private boolean inAnyOrder;
    private boolean losesNothing;
    private Instant time = Instant.EPOCH;
    private int leastFee;
    private Optional<Duration> stuckAfter = Optional.empty();

    private record Transaction(Hash id, long nonce, Publication publication, int fee) {}

    private record Block(Hash hash, List<Transaction> included) {}

    /// What is held under a number.
    record Held(Publication publication, long height) {}

    public ModelPublications(int confirmations) {
        this.confirmations = confirmations;
        blocks.add(new Block(Merkle.leafHash(new byte[] {2}), List.of()));
    }

    /// From now on, and before anything is prepared, requests have no nonces, and nothing is told of those that wait.
    void takeInAnyOrder() {
        inAnyOrder = true;
    }

    /// Of processes that start from now on: it takes nothing back by itself.
    void loseNothing() {
        losesNothing = true;
    }

    public void mine() {
        var included = new ArrayList<Transaction>();
        if (inAnyOrder) {
            included.addAll(pool.values());
            pool.clear();
        }
        for (boolean again = !inAnyOrder; again; ) {
            again = false;
            long next = nonce(blocks) + included.size();
            pool.values().removeIf(waiting -> waiting.nonce < next);
            var lands = pool.values().stream()
                    .filter(waiting -> waiting.nonce == next && waiting.fee >= leastFee)
                    .findFirst();
            if (lands.isPresent()) {
                included.add(lands.get());
                pool.remove(lands.get().id);
                again = true;
            }
        }
        append(included);
        if (!isStopped) finalized = Math.max(finalized, height() - confirmations);
    }

    private void append(List<Transaction> included) {
        byte[] bytes =
                ByteBuffer.allocate(8).putInt(blocks.size()).putInt(salt++).array();
        blocks.add(new Block(Merkle.leafHash(bytes), List.copyOf(included)));
    }

    /// Takes back what is not final; what was in there waits in the pool again.
    void reorganise() {
        for (int i = 0; i < confirmations && height() > finalized; i++) {
            for (var taken : blocks.removeLast().included) if (taken.nonce >= 0) pool.put(taken.id, taken);
        }
        append(List.of());
    }

    void forgetPool() {
        pool.clear();
    }

    /// The next request is lost on its way, or arrives and its answer is lost.
    void loseNext(boolean onlyTheAnswer) {
        loses = Optional.of(onlyTheAnswer);
    }

    /// The next request is refused for good when it is sent.
    void refuseNext() {
        refusesNext = true;
    }

    /// From now on every preparation is refused for good, until the text is empty.
    void refuseToPrepare(String cause) {
        refusesToPrepare = cause;
    }

    /// So many more are prepared, and none after them.
    void refuseToPrepareAfter(int more) {
        preparesYet = more;
    }

    /// From now on these can never be prepared, but what gives them up can.
    void setBack(Set<Long> numbers) {
        setBack = numbers;
    }

    /// While the next one is prepared.
    void whilePreparing(Runnable act) {
        meanwhile = act;
    }

    /// From now on nothing can be made dearer, until the text is empty.
    void replaceNone(String cause) {
        replacesNone = cause;
    }

    /// From now on blocks have room for what was made dearer so many times.
    void include(int fee) {
        leastFee = fee;
    }

    /// Of processes that start from now on.
    void replaceAfter(Duration wait) {
        stuckAfter = Optional.of(wait);
    }

    /// From now on this keeps what is under way waiting.
    void delayBy(Trouble why) {
        delay = Optional.of(why);
    }

    void takeAtMost(int commitments) {
        maxCommitments = commitments;
    }

    /// From now on it shows nothing of what waits in its pool.
    void hidePool() {
        hidesPool = true;
    }

    /// From now on the node that is asked says that something of somebody's is held under this number.
    ///
    /// @param confirmed whether another node says so, too
    void lieAbout(long number, boolean confirmed) {
        lies.put(number, Merkle.leafHash(new byte[] {3, (byte) number}));
        liesAreConfirmed = confirmed;
    }

    void tellTheTruth() {
        lies.clear();
    }

    /// From now on it cannot tell what is held under these, but under others.
    void tellNothingOf(Set<Long> numbers) {
        untold = numbers;
    }

    /// Whether all that is held is in another block each time that it is asked for, from now on.
    void moveAbout(boolean moves) {
        movesAbout = moves;
    }

    /// These alone are, from now on.
    void moveAbout(Set<Long> numbers) {
        movingAlone = numbers;
    }

    /// Whether from now on each second request that is sent is taken, the other ones are answered with something else,
    /// and none is kept.
    void forgetEach(boolean forgets) {
        forgetsEach = forgets;
    }

    /// Whether nobody is reached from now on.
    void beAway(boolean away) {
        isAway = away;
    }

    /// What its newest block says from now on.
    void tellTime(Instant said) {
        time = said;
    }

    void becomeAnother() {
        identity = new AnchorIdentity.Local(Merkle.leafHash(new byte[] {9}));
    }

    /// As somebody who has the key publishes past everybody.
    void publishByAnother(Publication publication) {
        append(List.of(new Transaction(publication.digest(), -1, publication, 0)));
    }

    /// What every number holds now.
    Map<Long, Held> held() {
        return state(blocks.size());
    }

    /// How many different requests were ever offered for a number.
    long offeredFor(long number) {
        return offered.stream()
                .filter(id -> signed.get(id).publication.number() == number)
                .count();
    }

    /// How many transactions of the account were included.
    long transactions() {
        return nonce(blocks);
    }

    long height() {
        return blocks.size() - 1;
    }

    @Override
    public AnchorIdentity identity() throws AnchorageSetback {
        if (isAway) throw new AnchorageSetback("nobody is there", "none needed");
        return identity;
    }

    @Override
    public PublicationCapabilities capabilities() {
        return new PublicationCapabilities(
                confirmations + " blocks on top", MAX_CONTENT, maxCommitments, losesNothing, inAnyOrder);
    }

    @Override
    public Preparation prepare(SignedPublication publication, Lane lane) throws AnchorageSetback {
        if (preparesYet-- <= 0) throw new AnchorageSetback("prepares none", "none needed");
        var act = meanwhile;
        meanwhile = () -> {};
        act.run();
        if (setBack.contains(publication.publication().number())
                && publication.publication().kind() != Publication.Kind.GIVEN_UP) {
            throw new AnchorageSetback("cannot be endorsed", "none needed");
        }
        if (!refusesToPrepare.isEmpty()) return new Preparation.Refused(refusesToPrepare);
        if (publication.publication().content().length > MAX_CONTENT) return new Preparation.Refused("too large");
        if (inAnyOrder) {
            if (!lane.nonces().isEmpty()) throw new AssertionError("a lane without nonces: " + lane);
            return new Preparation.Ready(signed(publication.publication(), prepared, 0));
        }
        long nonce = nonce(blocks);
        while (lane.nonces().contains(nonce)) nonce++;
        return new Preparation.Ready(signed(publication.publication(), nonce, 0));
    }

    private SignedRequest signed(Publication publication, long nonce, int fee) {
        byte[] bytes = ByteBuffer.allocate(20)
                .putLong(publication.number())
                .putLong(nonce)
                .putInt(prepared++)
                .array();
        var id = Merkle.leafHash(bytes);
        signed.put(id, new Transaction(id, nonce, publication, fee));
        return new SignedRequest(id, inAnyOrder ? OptionalLong.empty() : OptionalLong.of(nonce), bytes);
    }

    @Override
    public Preparation replace(SignedRequest stuck) throws AnchorageSetback {
        return dearer(stuck, Optional.ofNullable(signed.get(stuck.id())).orElseThrow().publication);
    }

    @Override
    public Preparation replace(SignedRequest stuck, SignedPublication other) throws AnchorageSetback {
        if (!stuck.isForgotten()) throw new AssertionError("the bytes of what was given up are kept");
        return dearer(stuck, other.publication());
    }

    private Preparation dearer(SignedRequest stuck, Publication what) throws AnchorageSetback {
        if (!replacesNone.isEmpty()) throw new AnchorageSetback(replacesNone, "none needed");
        var before = Optional.ofNullable(signed.get(stuck.id())).orElseThrow();
        return new Preparation.Ready(signed(what, before.nonce, before.fee + 1));
    }

    @Override
    public Optional<Duration> stuckAfter() {
        return stuckAfter;
    }

    /// What a request would publish.
    Publication publication(SignedRequest request) {
        return signed.get(request.id()).publication;
    }

    @Override
    public SubmitOutcome submit(SignedRequest request) {
        var sent = signed.get(Merkle.leafHash(request.bytes()));
        if (sent == null || !sent.id.equals(request.id())) throw new AssertionError("bytes that were never signed");
        var loss = loses;
        loses = Optional.empty();
        if (loss.equals(Optional.of(false))) return new SubmitOutcome.Unknown("request lost");
        if (refusesNext) {
            refusesNext = false;
            return new SubmitOutcome.RefusedForGood("refused");
        }
        offered.add(sent.id);
        if (forgetsEach) {
            hasTaken = !hasTaken;
            return hasTaken ? new SubmitOutcome.Accepted() : new SubmitOutcome.Unknown("gas limit of yesterday");
        }
        if (inAnyOrder) return offerInAnyOrder(sent, loss);
        if (sent.nonce < nonce(blocks)) return new SubmitOutcome.Unknown("nonce too low");
        if (pool.containsKey(sent.id)) return new SubmitOutcome.AlreadyKnown();
        if (pool.values().stream().anyMatch(other -> other.nonce == sent.nonce && other.fee >= sent.fee)) {
            return new SubmitOutcome.Unknown("replacement underpriced");
        }
        pool.values().removeIf(other -> other.nonce == sent.nonce);
        pool.put(sent.id, sent);
        return loss.isPresent() ? new SubmitOutcome.Unknown("answer lost") : new SubmitOutcome.Accepted();
    }

    private SubmitOutcome offerInAnyOrder(Transaction sent, Optional<Boolean> loss) {
        boolean isKnown = pool.containsKey(sent.id)
                || blocks.stream().flatMap(block -> block.included.stream()).anyMatch(sent::equals);
        if (isKnown) return new SubmitOutcome.AlreadyKnown();
        pool.put(sent.id, sent);
        return loss.isPresent() ? new SubmitOutcome.Unknown("answer lost") : new SubmitOutcome.Accepted();
    }

    @Override
    public PublicationFinding find(OriginId origin, long number, Hash digest) throws AnchorageSetback {
        if (untold.contains(number)) throw new AnchorageSetback("its block is not there", "none needed");
        return found(number, digest);
    }

    /// By its own word.
    PublicationFinding found(long number, Hash digest) {
        if (lies.containsKey(number)) return new Conflict(lies.get(number));
        var held = held().get(number);
        if (held == null) return new PublicationFinding.Absent();
        if (!held.publication.digest().equals(digest)) return new Conflict(held.publication.digest());
        return new Present(place(held), held.height <= finalized);
    }

    @Override
    public boolean isHeldForGood(OriginId origin, long number, Hash digest) throws AnchorageSetback {
        if (digest.equals(lies.get(number))) {
            if (liesAreConfirmed) return true;
            throw new AnchorageSetback("no other node says so", "look at the nodes");
        }
        var held = held().get(number);
        if (held == null || !held.publication.digest().equals(digest)) return false;
        if (held.height <= finalized) return true;
        throw new AnchorageSetback("which is not final", "none needed");
    }

    @Override
    public Findings findAll(OriginId origin, Map<Long, Hash> digests) {
        var found = new HashMap<Long, PublicationFinding>();
        if (inAnyOrder) throw new AssertionError("asked for together, which takes longer than each at the same time");
        digests.forEach((number, digest) -> {
            if (!untold.contains(number)) found.put(number, found(number, digest));
        });
        return new Findings(digests, found, nonce(blocks.subList(0, (int) finalized + 1)));
    }

    @Override
    public Unused unused(OriginId origin, Set<Long> numbers) {
        if (numbers.size() > 16) throw new AssertionError(numbers.size() + " in an exchange");
        var unused = new HashSet<>(numbers);
        unused.removeAll(held().keySet());
        return new Unused(unused, height(), time);
    }

    /// Whoever keeps the chain made it anew from older data, in which this number was not there yet: what was final is
    /// not any more.
    ///
    /// @return has the younger data again
    Runnable rollBackBelow(long number) {
        return rollBackTo((int) held().get(number).height);
    }

    /// The same, so that it has so many blocks.
    Runnable rollBackTo(int count) {
        var all = List.copyOf(blocks);
        long before = finalized;
        blocks.subList(count, blocks.size()).clear();
        pool.clear();
        finalized = height();
        return () -> {
            blocks.clear();
            blocks.addAll(all);
            finalized = before;
        };
    }

    private Place place(Held held) {
        var block = blocks.get((int) held.height).hash;
        return new Place(
                held.height,
                movesAbout || movingAlone.contains(held.publication.number())
                        ? Merkle.leafHash(block.toString().concat("" + salt++).getBytes(UTF_8))
                        : block);
    }

    @Override
    public RequestState status(SignedRequest request, Lane lane) throws AnchorageSetback {
        if (inAnyOrder && untold.contains(publication(request).number())) {
            throw new AnchorageSetback("its block is not there", "none needed");
        }
        if (!inAnyOrder && !lane.nonces().contains(request.nonce().orElseThrow())) {
            throw new AssertionError("a lane without the request's own nonce");
        }
        for (int height = 1; height < blocks.size(); height++) {
            for (var included : blocks.get(height).included) {
                if (!included.id.equals(request.id())) continue;
                boolean isFinal = height <= finalized;
                var place = new Place(height, blocks.get(height).hash);
                var held = state(height + 1).get(included.publication.number());
                if (!held.publication.equals(included.publication)) return new RequestState.Reverted(place, isFinal);
                return isFinal ? new RequestState.Final(place) : new RequestState.Included(place);
            }
        }
        if (inAnyOrder) return new RequestState.Unknown();
        long nonce = request.nonce().orElseThrow();
        if (nonce(blocks) < lane.nonces().getFirst()) return new RequestState.CannotLand("forgotten");
        if (pool.containsKey(request.id()) && !hidesPool) return new RequestState.Pooled();
        return nonce(blocks.subList(0, (int) finalized + 1)) > nonce
                ? new RequestState.CannotLand("nonce used")
                : new RequestState.Unknown();
    }

    @Override
    public long last(OriginId origin) {
        return held().keySet().stream().reduce(0L, Math::max);
    }

    @Override
    public Optional<PublishedCommitment> publishedAt(OriginId origin, Hash commitment) {
        return Optional.empty();
    }

    @Override
    public Optional<Trouble> delay() {
        return delay;
    }

    @Override
    public Optional<AnchorageStanding> standing() {
        return Optional.of(new AnchorageStanding("node 1", finalized));
    }

    /// From now on nothing becomes final any more, though blocks come; or again.
    void stopFinalising(boolean stops) {
        isStopped = stops;
    }

    @Override
    public AnchorageHealth health() {
        return new AnchorageHealth.Good("block " + height());
    }

    @Override
    public void close() {}

    @Override
    public String toString() {
        return "pool " + pool.values() + ", next nonce " + nonce(blocks) + ", height " + height() + ", final "
                + finalized + ", holds " + held().keySet();
    }

    private Map<Long, Held> state(int blockCount) {
        var state = new TreeMap<Long, Held>();
        for (int height = 0; height < blockCount; height++) {
            for (var included : blocks.get(height).included) {
                state.putIfAbsent(included.publication.number(), new Held(included.publication, height));
            }
        }
        return state;
    }

    private static long nonce(List<Block> blocks) {
        return blocks.stream()
                .flatMap(block -> block.included.stream())
                .filter(included -> included.nonce >= 0)
                .count();
    }
}
