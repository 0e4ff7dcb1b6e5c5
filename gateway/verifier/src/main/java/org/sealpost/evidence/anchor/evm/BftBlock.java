package org.sealpost.evidence.anchor.evm;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import org.sealpost.merkle.Hash;

/// A block that most of the validators which its header names have sealed.
public final class BftBlock {
    private final BlockHeader header;
    private final Hash hash;
    private final Set<String> validators;
    private final Set<String> sealers;

    private BftBlock(BlockHeader header, Hash hash, Set<String> validators, Set<String> sealers) {
        this.header = header;
        this.hash = hash;
        this.validators = validators;
        this.sealers = sealers;
    }

    /// @throws ProofBroken if the header has not the form of this dialect; or one of the seals is no
    ///                     validator's of its own list, or the second of one; or fewer than two thirds of the
    ///                     list have sealed
    public static BftBlock of(BftDialect dialect, BlockHeader header) throws ProofBroken {
        return of(dialect, header, Secp256k1::signer);
    }

    static BftBlock of(BftDialect dialect, BlockHeader header, SealedBlocks.Signers signers) throws ProofBroken {
        var extra = dialect.read(header.extraData());
        var digest = dialect.committed(header.hashWith(extra.sealed()));
        var sealers = new LinkedHashSet<String>();
        for (var seal : extra.seals()) {
            var sealer = signers.of(digest, seal).orElse("");
            if (!extra.validators().contains(sealer)) {
                throw new ProofBroken("block " + header.number() + " has a seal of none of its validators");
            }
            if (!sealers.add(sealer)) {
                throw new ProofBroken("block " + header.number() + " has two seals of validator " + sealer);
            }
        }
        var block = new BftBlock(header, header.hashWith(extra.hashed()), extra.validators(), sealers);
        if (!block.isSealedBy(extra.validators())) {
            throw new ProofBroken("block " + header.number() + " is sealed by " + sealers.size() + " of its "
                    + extra.validators().size() + " validators, fewer than two thirds");
        }
        return block;
    }

    /// The block's hash.
    public Hash hash() {
        return hash;
    }

    /// Who seals this block, as it says itself.
    public Set<String> validators() {
        return validators;
    }

    /// Whether at least two thirds of this set have sealed the block.
    public boolean isSealedBy(Collection<String> set) {
        return 3 * sealersOf(set) >= 2 * set.size();
    }

    /// How many of this set have sealed the block.
    int sealersOf(Collection<String> set) {
        return (int) sealers.stream().filter(set::contains).count();
    }

    BlockHeader header() {
        return header;
    }
}
