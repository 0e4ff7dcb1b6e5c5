package org.sealpost.anchor;

import java.util.List;
import java.util.Optional;
import org.sealpost.evidence.Checkpoint;
import org.sealpost.evidence.P256Key;
import org.sealpost.evidence.P256Signature;
import org.sealpost.merkle.Hash;
import org.sealpost.seal.SealLog;
import org.sealpost.seal.Tree;

/// The heads of this box's own log: the newest checkpoint that the sealer wrote down. Any thread.
public final class SealedHeads implements HeadSource {
    private final SealLog seals;
    private final Tree tree;
    private final P256Key firstKey;

    // The last answer: a relay asks far more often than a checkpoint is made.
    private volatile Optional<Checked> last = Optional.empty();

    private record Checked(Checkpoint checkpoint, LodgeableHead head) {}

    /// @param firstKey the origin's first sealing key, which made the first line of each checkpoint
    public SealedHeads(SealLog seals, Tree tree, P256Key firstKey) {
        this.seals = seals;
        this.tree = tree;
        this.firstKey = firstKey;
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

    @Override
    public List<Hash> consistency(long oldSize, long newSize) {
        return tree.consistency(oldSize, newSize);
    }

    private LodgeableHead lodgeable(Checkpoint checkpoint) {
        var signature = P256Signature.ofDer(checkpoint.signatures().getFirst().signature())
                .filter(found -> firstKey.verifies(checkpoint.toBeSigned(), found))
                .orElseThrow(() -> new IllegalStateException("the first line of the checkpoint of size "
                        + checkpoint.head().size() + " is not by the sealing key"));
        var head = checkpoint.head();
        return new LodgeableHead(head.origin(), head.size(), head.root(), firstKey.spki(), signature.raw());
    }
}
