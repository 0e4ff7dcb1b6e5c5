package org.sealpost.anchor;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.evidence.Checkpoint;
import org.sealpost.evidence.P256Signature;
import org.sealpost.lodging.KeyProof;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.lodging.OriginId;
import org.sealpost.merkle.Hash;
import org.sealpost.record.GenesisLeaf;
import org.sealpost.seal.LogIdentity;
import org.sealpost.seal.SealLog;
import org.sealpost.seal.Tree;

/// The heads of this box's own log: the newest checkpoint that the sealer wrote down. Any thread.
public final class SealedHeads implements HeadSource {
    private final SealLog seals;
    private final Tree tree;
    private final LogIdentity identity;

    private final AtOnceEntries atOnce;

    // The last answer: a relay asks far more often than a checkpoint is made.
    private volatile Optional<Checked> last = Optional.empty();

    private record Checked(Checkpoint checkpoint, LodgeableHead head) {}

    /// Of a log none of whose entries is to be anchored at once.
    ///
    /// @param identity of the log, with the keys that made the first lines of its checkpoints
    public SealedHeads(SealLog seals, Tree tree, LogIdentity identity) {
        this(seals, tree, identity, AtOnceEntries.none());
    }

    /// @param atOnce of nobody else
    public SealedHeads(SealLog seals, Tree tree, LogIdentity identity, AtOnceEntries atOnce) {
        this.atOnce = atOnce;
        this.seals = seals;
        this.tree = tree;
        this.identity = identity;
    }

    @Override
    public OriginId originId() {
        return OriginId.of(identity.keys().first().spki(), identity.origin());
    }

    @Override
    public Optional<LodgeableHead> newest() {
        return seals.newestCheckpoint().map(checkpoint -> {
            var known = last;
            if (known.isPresent() && known.get().checkpoint() == checkpoint)
                return known.get().head();
            var head = lodgeable(checkpoint);
            last = Optional.of(new Checked(checkpoint, head));
            return head;
        });
    }

    /// The first one kept behind a hand-over needs as many as any that comes before the next one.
    @Override
    public Optional<LodgeableHead> between(long base, int most) throws IOException {
        var handOvers = identity.keys().handOvers();
        int followed = identity.keys().handOversBelow(base);
        if (followed + most >= handOvers.size()) return newest();
        for (int last = followed + most; last > followed; last--) {
            long behind = handOvers.get(last - 1).handOver().index() + 1;
            var found =
                    seals.checkpointFrom(behind, handOvers.get(last).handOver().index());
            if (found.isPresent()) return found.map(this::lodgeable);
        }
        return Optional.empty();
    }

    @Override
    public boolean anyAtOnce(long from, long to) {
        return atOnce.anyIn(from, to);
    }

    @Override
    public boolean isSealed(long size, Hash root) throws IOException {
        return seals.ofSize(size).filter(head -> head.root().equals(root)).isPresent();
    }

    @Override
    public List<Hash> consistency(long oldSize, long newSize) {
        return tree.consistency(oldSize, newSize);
    }

    private LodgeableHead lodgeable(Checkpoint checkpoint) {
        var keys = identity.keys();
        var head = checkpoint.head();
        var key = keys.inForce(head.size()).key();
        var signature = P256Signature.ofDer(checkpoint.signatures().getFirst().signature())
                .filter(found -> key.verifies(checkpoint.toBeSigned(), found))
                .orElseThrow(() -> new IllegalStateException("the first line of the checkpoint of size "
                        + checkpoint.head().size() + " is not by the sealing key"));
        return new LodgeableHead(
                head.origin(), head.size(), head.root(), keys.first().spki(), signature.raw(), proof(head.size()));
    }

    private Optional<KeyProof> proof(long size) {
        var steps = handOvers(identity, tree, size);
        return steps.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new KeyProof(new GenesisLeaf(identity.genesis()).encode(), tree.inclusion(0, size), steps));
    }

    /// All hand-overs that a head of this size covers.
    static List<KeyProof.Step> handOvers(LogIdentity identity, Tree tree, long size) {
        var steps = new ArrayList<KeyProof.Step>();
        int count = identity.keys().handOversBelow(size);
        for (var leaf : identity.keys().handOvers().subList(0, count)) {
            steps.add(new KeyProof.Step(
                    leaf.encode(), tree.inclusion(leaf.handOver().index(), size)));
        }
        return steps;
    }
}
