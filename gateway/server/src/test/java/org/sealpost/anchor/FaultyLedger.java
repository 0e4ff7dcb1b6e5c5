package org.sealpost.anchor;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Place;
import org.sealpost.merkle.Consistency;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Merkle;

/// A chain in memory with the contract's rules and a real chain's manners: it loses requests and answers, forgets its
/// pool, takes blocks back, stays away. Every choice comes from the seed; without [#unkind] it makes none.
public class FaultyLedger implements Anchorage {
    private final Random random;
    private final int confirmations;
    private final List<Block> blocks = new ArrayList<>();
    private final Map<Hash, Lodging> signed = new HashMap<>();
    private final Set<Hash> offered = new HashSet<>();
    private final Map<Hash, Lodging> pool = new LinkedHashMap<>();
    private AnchorIdentity identity = new AnchorIdentity.Local(Merkle.leafHash(new byte[] {1}));
    private boolean unkind;
    private boolean refusing;
    private boolean withoutProofs;
    private Optional<Boolean> loses = Optional.empty();
    private int awayFor;
    private int blockSalt;
    private int prepared;

    // What a request must offer to be included; none offers more than the one before it in its row by more than 1.
    private int price;

    private boolean finalityStands;

    // What was final once stays, also when the chain is shorter for a while after a reorganisation.
    private long finalized;

    private record Lodging(Hash id, long nonce, LodgeableHead head, long base, List<Hash> proof, int offer) {}

    private record Block(Hash hash, List<Lodging> included) {}

    /// What the contract holds after the blocks: the replay of all of them.
    private record Held(Hash root, long height, Hash by) {}

    public FaultyLedger(long seed, int confirmations) {
        this.random = new Random(seed * 0x9e37_79b9_7f4a_7c15L);
        this.confirmations = confirmations;
        blocks.add(new Block(Merkle.leafHash(new byte[] {2}), List.of()));
    }

    public FaultyLedger unkind(boolean from) {
        unkind = from;
        return this;
    }

    public void awayFor(int calls) {
        awayFor = calls;
    }

    /// As if somebody had started another chain at the same address.
    public void becomeAnother(int which) {
        identity = new AnchorIdentity.Local(Merkle.leafHash(new byte[] {(byte) (10 + which)}));
    }

    /// Makes a block of what the pool holds, or takes blocks back first.
    public void tick() {
        if (unkind && chance(12)) reorganise(1 + random.nextInt(Math.max(1, confirmations)));
        if (unkind && chance(15)) pool.clear();
        mine();
    }

    public void mine() {
        var included = new ArrayList<Lodging>();
        for (boolean again = true; again; ) {
            again = false;
            long next = nonce(blocks) + included.size();
            for (var lodging : List.copyOf(pool.values())) {
                if (lodging.nonce < next) pool.remove(lodging.id);
                if (lodging.nonce == next && lodging.offer >= price) {
                    included.add(lodging);
                    pool.remove(lodging.id);
                    again = true;
                    break;
                }
            }
        }
        byte[] salt =
                ByteBuffer.allocate(8).putInt(blocks.size()).putInt(blockSalt++).array();
        blocks.add(new Block(Merkle.leafHash(salt), List.copyOf(included)));
        if (!finalityStands) finalized = Math.max(finalized, height() - confirmations);
    }

    /// Takes back as many blocks as are not final; what was in them goes to the pool again, or is lost.
    public void reorganise(int depth) {
        for (int i = 0; i < depth && height() > finalized; i++) {
            for (var lodging : blocks.removeLast().included) {
                if (!unkind || random.nextBoolean()) pool.put(lodging.id, lodging);
            }
        }
        mine();
    }

    /// Takes back everything above this height, final or not, and the pool.
    public void rollBackTo(long height) {
        while (blocks.size() > height + 1) blocks.removeLast();
        finalized = Math.min(finalized, height);
        pool.clear();
    }

    /// From now on, or until taken back, blocks come, and none becomes final.
    public void holdFinality(boolean from) {
        finalityStands = from;
    }

    public void forgetPool() {
        pool.clear();
    }

    /// From now on only what offers so much is included.
    public void ask(int atLeast) {
        price = atLeast;
    }

    public long height() {
        return blocks.size() - 1;
    }

    /// How many different requests for one head were ever offered.
    public long offeredFor(long size) {
        return offered.stream().filter(id -> signed.get(id).head.size() == size).count();
    }

    /// How many nonces the requests for one head had that were ever offered: no two of one nonce can land.
    public long noncesOfferedFor(long size) {
        return offered.stream()
                .map(signed::get)
                .filter(lodging -> lodging.head.size() == size)
                .map(Lodging::nonce)
                .distinct()
                .count();
    }

    /// How many requests were ever offered, the same bytes counted once.
    public int offered() {
        return offered.size();
    }

    /// The next request is lost on its way, or arrives and its answer is lost.
    public void loseNext(boolean onlyTheAnswer) {
        loses = Optional.of(onlyTheAnswer);
    }

    /// From now on, or until taken back, every request is refused for good.
    public void refusing(boolean from) {
        refusing = from;
    }

    /// The heads that the chain holds, by size, with the requests that brought them.
    public Map<Long, Hash> lodged(OriginId origin) {
        var roots = new TreeMap<Long, Hash>();
        state(blocks.size()).getOrDefault(origin, new TreeMap<>()).forEach((size, held) -> roots.put(size, held.root));
        return roots;
    }

    /// Puts a head on the chain past everybody, as another account would.
    public void lodgeByAnother(LodgeableHead head) {
        var lodging = new Lodging(Merkle.leafHash(head.signature()), -1, head, -1, List.of(), 0);
        byte[] salt =
                ByteBuffer.allocate(8).putInt(blocks.size()).putInt(blockSalt++).array();
        blocks.add(new Block(Merkle.leafHash(salt), List.of(lodging)));
    }

    /// Somebody with the same account has a transaction of another kind included next.
    public void useNonce() {
        var id = Merkle.leafHash(new byte[] {9, (byte) blockSalt});
        long nonce = nonce(blocks);
        var head = signed.values().iterator().next().head;
        pool.values().removeIf(other -> other.nonce == nonce);
        pool.put(id, new Lodging(id, nonce, head, -1, List.of(), Integer.MAX_VALUE));
    }

    @Override
    public AnchorIdentity identity() throws AnchorageSetback {
        present();
        return identity;
    }

    @Override
    public Capabilities capabilities() {
        return new Capabilities(confirmations + " blocks on top", true, false);
    }

    @Override
    public Preparation prepare(LodgeableHead head, long base, List<Hash> proof) throws AnchorageSetback {
        present();
        return sign(head, base, proof, nonce(blocks), 0);
    }

    @Override
    public Preparation replace(SignedRequest stuck) throws AnchorageSetback {
        present();
        var before = Optional.ofNullable(signed.get(stuck.id())).orElseThrow();
        return sign(before.head, before.base, before.proof, before.nonce, before.offer + 1);
    }

    private Preparation sign(LodgeableHead head, long base, List<Hash> proof, long nonce, int offer) {
        byte[] bytes =
                ByteBuffer.allocate(12).putLong(head.size()).putInt(prepared++).array();
        var id = Merkle.leafHash(bytes);
        signed.put(id, new Lodging(id, nonce, head, base, proof, offer));
        return new Preparation.Ready(new SignedRequest(id, OptionalLong.of(nonce), bytes));
    }

    @Override
    public SubmitOutcome submit(SignedRequest request) {
        var lodging = Optional.ofNullable(signed.get(Merkle.leafHash(request.bytes())))
                .orElseThrow(() -> new AssertionError("bytes that were never signed"));
        offered.add(lodging.id);
        if (isAway()) return new SubmitOutcome.Unknown("away");
        var loss = loses;
        loses = Optional.empty();
        if (loss.equals(Optional.of(false))) return new SubmitOutcome.Unknown("request lost");
        if (refusing) return new SubmitOutcome.RefusedForGood("refused");
        if (unkind && chance(5)) return new SubmitOutcome.Unknown("request lost");
        if (lodging.nonce < nonce(blocks)) return new SubmitOutcome.Unknown("nonce too low");
        if (pool.containsKey(lodging.id)) return new SubmitOutcome.AlreadyKnown();
        boolean isCheap =
                pool.values().stream().anyMatch(other -> other.nonce == lodging.nonce && other.offer >= lodging.offer);
        if (isCheap) return new SubmitOutcome.Unknown("replacement underpriced");
        pool.values().removeIf(other -> other.nonce == lodging.nonce);
        pool.put(lodging.id, lodging);
        return loss.isPresent() || unkind && chance(4)
                ? new SubmitOutcome.Unknown("answer lost")
                : new SubmitOutcome.Accepted();
    }

    @Override
    public Finding find(OriginId origin, long size, Hash root) throws AnchorageSetback {
        present();
        var heads = state(blocks.size()).getOrDefault(origin, new TreeMap<>());
        var held = heads.get(size);
        if (held != null) {
            if (!held.root.equals(root)) return new Finding.Conflict(held.root);
            var place = new Place(held.height, blocks.get((int) held.height).hash);
            return new Finding.Present(place, held.height <= finalized);
        }
        if (heads.isEmpty()) return Finding.Absent.EMPTY;
        var newest = heads.lastEntry();
        return newest.getKey() > size
                ? new Finding.Covered(newest.getKey(), newest.getValue().root)
                : new Finding.Absent(newest.getKey(), newest.getValue().root);
    }

    @Override
    public RequestState status(SignedRequest request) throws AnchorageSetback {
        present();
        for (int height = 1; height < blocks.size(); height++) {
            for (var lodging : blocks.get(height).included) {
                if (!lodging.id.equals(request.id())) continue;
                boolean isFinal = height <= finalized;
                var place = new Place(height, blocks.get(height).hash);
                if (!succeeds(lodging, height)) return new RequestState.Reverted(place, isFinal);
                return isFinal ? new RequestState.Final(place) : new RequestState.Included(place);
            }
        }
        if (pool.containsKey(request.id())) return new RequestState.Pooled();
        int finalBlocks = (int) finalized + 1;
        return nonce(blocks.subList(0, finalBlocks)) > request.nonce().orElseThrow()
                ? new RequestState.CannotLand("nonce used")
                : new RequestState.Unknown();
    }

    @Override
    public String toString() {
        var waiting = pool.values().stream().map(lodging -> lodging.head.size() + " with nonce " + lodging.nonce);
        return "pool " + waiting.toList() + ", next nonce " + nonce(blocks) + ", height " + height() + ", final "
                + finalized;
    }

    /// From now on, or until taken back, it has no proofs to give.
    public void withoutProofs(boolean from) {
        withoutProofs = from;
    }

    /// The head's size, root and block; with one part that all proofs share, and one that each two in a row do.
    @Override
    public Optional<AnchorProof> proof(OriginId origin, long size, Hash root, Place place) throws AnchorageSetback {
        if (withoutProofs || !find(origin, size, root).equals(new Finding.Present(place, true)))
            return Optional.empty();
        return Optional.of(proofOf(size, root, place));
    }

    static AnchorProof proofOf(long size, Hash root, Place place) {
        return new AnchorProof(
                (size + " " + root + " " + place.block()).getBytes(StandardCharsets.UTF_8),
                List.of(new byte[] {1}, new byte[] {2, (byte) (size / 2)}));
    }

    @Override
    public Optional<AnchorageStanding> standing() {
        return Optional.of(new AnchorageStanding("the model", finalized));
    }

    @Override
    public AnchorageHealth health() {
        return new AnchorageHealth.Good("block " + height());
    }

    @Override
    public void close() {}

    private boolean succeeds(Lodging lodging, int height) {
        var held = state(height + 1).getOrDefault(lodging.head.originId(), new TreeMap<>());
        // REPEATED and COVERED are successes, too.
        return !held.isEmpty() && held.lastKey() >= lodging.head.size();
    }

    private Map<OriginId, TreeMap<Long, Held>> state(int blockCount) {
        var state = new HashMap<OriginId, TreeMap<Long, Held>>();
        for (int height = 0; height < blockCount; height++) {
            for (var lodging : blocks.get(height).included) {
                if (lodging.nonce >= 0 && lodging.base < 0) continue; // of another kind
                var head = lodging.head;
                var heads = state.computeIfAbsent(head.originId(), id -> new TreeMap<>());
                if (!heads.isEmpty() && heads.lastKey() >= head.size()) continue;
                if (lodging.nonce < 0 || isConsistent(heads, lodging)) {
                    heads.put(head.size(), new Held(head.root(), height, lodging.id));
                }
            }
        }
        return state;
    }

    private static boolean isConsistent(TreeMap<Long, Held> heads, Lodging lodging) {
        if (heads.isEmpty()) return lodging.proof.isEmpty();
        var newest = heads.lastEntry();
        var head = lodging.head;
        return Consistency.verify(newest.getKey(), newest.getValue().root, head.size(), head.root(), lodging.proof);
    }

    private static long nonce(List<Block> blocks) {
        return blocks.stream()
                .flatMap(block -> block.included.stream())
                .filter(lodging -> lodging.nonce >= 0)
                .count();
    }

    private void present() throws AnchorageSetback {
        if (isAway()) throw new AnchorageSetback("the ledger is away", "wait");
    }

    private boolean isAway() {
        if (awayFor > 0) {
            awayFor--;
            return true;
        }
        if (unkind && chance(40)) awayFor = random.nextInt(5);
        return false;
    }

    private boolean chance(int oneIn) {
        return random.nextInt(oneIn) == 0;
    }
}
