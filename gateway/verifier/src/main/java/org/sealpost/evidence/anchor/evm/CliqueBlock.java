package org.sealpost.evidence.anchor.evm;

import java.util.Arrays;
import org.sealpost.merkle.Hash;

/// A block of a Clique chain (EIP-225): its extra data is vanity 32 ‖ signers at checkpoints, 20 each ‖ seal
/// 65, and the seal is over the header without it.
public final class CliqueBlock {
    private static final int VANITY_SIZE = 32;
    private static final int ADDRESS_SIZE = 20;

    private final BlockHeader header;
    private final Hash hash;
    private final String signer;

    private CliqueBlock(BlockHeader header, String signer) {
        this.header = header;
        this.hash = header.hash();
        this.signer = signer;
    }

    /// @throws ProofBroken if it has not that form
    public static CliqueBlock of(BlockHeader header) throws ProofBroken {
        return of(header, Secp256k1::signer);
    }

    static CliqueBlock of(BlockHeader header, SealedBlocks.Signers signers) throws ProofBroken {
        byte[] extra = header.extraData();
        int before = extra.length - Secp256k1.SEAL_SIZE;
        if (before < VANITY_SIZE || (before - VANITY_SIZE) % ADDRESS_SIZE != 0) {
            throw new ProofBroken("extra data of " + extra.length + " bytes is not that of a Clique chain");
        }
        var digest = header.hashWith(Arrays.copyOf(extra, before));
        var signer = signers.of(digest, Arrays.copyOfRange(extra, before, extra.length))
                .orElseThrow(() -> new ProofBroken("block " + header.number() + " is sealed by nobody"));
        return new CliqueBlock(header, signer);
    }

    /// Who sealed the block: 40 lower-case hex digits.
    public String signer() {
        return signer;
    }

    /// Whether this block is the next one on top of the other.
    public boolean isOnTopOf(CliqueBlock below) {
        return header.parent().equals(below.hash) && header.number() == below.header.number() + 1;
    }
}
