package org.sealpost.evidence.anchor.evm;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.sealpost.merkle.Hash;

/// The sealed blocks that the proofs in one evidence file show. Who sealed a block is found out once, however
/// many proofs show it, and for so many seals and no more: else a small file that anybody can make, without a
/// key that somebody trusts, would keep its reader busy for hours. One thread at a time.
public final class SealedBlocks {
    /// Some ten seconds of one processor. 256 proofs of blocks with 64 seals each ask for 16,384.
    private static final int MAX_SEALS = 20_000;

    /// A header may be asked for as of one dialect and of another, which read it differently.
    private record Asked(BftDialect dialect, Hash header) {}

    private final Map<Asked, BftBlock> bft = new HashMap<>();
    private final Map<Hash, CliqueBlock> clique = new HashMap<>();
    private int sealsLeft;

    public SealedBlocks() {
        this(MAX_SEALS);
    }

    SealedBlocks(int maxSeals) {
        sealsLeft = maxSeals;
    }

    /// Who made a seal, as [Secp256k1#signer] tells.
    interface Signers {
        Optional<String> of(Hash digest, byte[] seal) throws ProofBroken;
    }

    BftBlock bft(BftDialect dialect, BlockHeader header) throws ProofBroken {
        var asked = new Asked(dialect, header.hash());
        var known = bft.get(asked);
        if (known != null) return known;
        var block = BftBlock.of(dialect, header, this::signer);
        bft.put(asked, block);
        return block;
    }

    CliqueBlock clique(BlockHeader header) throws ProofBroken {
        var hash = header.hash();
        var known = clique.get(hash);
        if (known != null) return known;
        var block = CliqueBlock.of(header, this::signer);
        clique.put(hash, block);
        return block;
    }

    private Optional<String> signer(Hash digest, byte[] seal) throws ProofBroken {
        if (sealsLeft == 0) throw new ProofBroken("more signatures than a file may ask for");
        sealsLeft--;
        return Secp256k1.signer(digest, seal);
    }
}
