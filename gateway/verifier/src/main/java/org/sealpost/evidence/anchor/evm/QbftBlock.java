package org.sealpost.evidence.anchor.evm;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.sealpost.evidence.EvmValidators;
import org.sealpost.merkle.Hash;

/// A block that the validators of a QBFT chain have sealed (Enterprise Ethereum Alliance, QBFT specification
/// §4).
///
/// Its extra data is `[vanity 32, [* validator 20], vote, round, [* seal 65]]`. The block's hash leaves out
/// seals and round; each seal is over the header without seals alone. The list of a block is the set that seals
/// it.
public final class QbftBlock {
    private static final int VANITY_SIZE = 32;
    private static final int ADDRESS_SIZE = 20;
    private static final int MAX_ROUND = Integer.MAX_VALUE;
    private static final byte[] NO_SEALS = RlpWriter.list(List.of());
    private static final byte[] ROUND_0 = RlpWriter.number(0);

    private final BlockHeader header;
    private final Hash hash;
    private final Set<String> validators;
    private final Set<String> sealers;

    private QbftBlock(BlockHeader header, Hash hash, Set<String> validators, Set<String> sealers) {
        this.header = header;
        this.hash = hash;
        this.validators = validators;
        this.sealers = sealers;
    }

    /// @throws ProofBroken if it has not that form; or one of the seals is no validator's of its own list, or
    ///                     the second of one; or fewer than two thirds of the list have sealed
    public static QbftBlock of(BlockHeader header) throws ProofBroken {
        return of(header, Secp256k1::signer);
    }

    static QbftBlock of(BlockHeader header, SealedBlocks.Signers signers) throws ProofBroken {
        var extra = Extra.parse(header.extraData());
        var digest = header.hashWith(extra.with(extra.round()));
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
        var block = new QbftBlock(header, header.hashWith(extra.with(ROUND_0)), extra.validators(), sealers);
        if (!block.isSealedBy(extra.validators())) {
            throw new ProofBroken("block " + header.number() + " is sealed by " + sealers.size() + " of its "
                    + extra.validators().size() + " validators, fewer than two thirds");
        }
        return block;
    }

    /// The hash of a block with this header, whoever has sealed it.
    static Hash hashOf(BlockHeader header) throws ProofBroken {
        return header.hashWith(Extra.parse(header.extraData()).with(ROUND_0));
    }

    /// The set that a header names, whether it has sealed it or not (block 0 nobody seals): addresses, 40
    /// lower-case hex digits each.
    public static Set<String> validatorsNamedBy(byte[] extraData) throws ProofBroken {
        return Extra.parse(extraData).validators();
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

    /// @param vanity, list, vote, round as they stand
    private record Extra(
            byte[] vanity, byte[] list, byte[] vote, byte[] round, Set<String> validators, List<byte[]> seals) {
        static Extra parse(byte[] extraData) throws ProofBroken {
            var in = Rlp.ofList(extraData);
            var vanity = in.item();
            var list = in.item();
            var vote = in.item();
            var round = in.item();
            var seals = new ArrayList<byte[]>();
            var given = in.list();
            in.end();
            if (Rlp.string(vanity).length != VANITY_SIZE)
                throw new ProofBroken("extra data without a vanity of 32 bytes");
            checkVote(Rlp.ofList(vote));
            Rlp.checkNumber(round, MAX_ROUND);
            var validators = validators(Rlp.ofList(list));
            while (!given.atEnd()) {
                if (seals.size() == validators.size()) throw new ProofBroken("more seals than validators");
                seals.add(given.fixed(Secp256k1.SEAL_SIZE));
            }
            return new Extra(vanity, list, vote, round, validators, seals);
        }

        private static Set<String> validators(Rlp in) throws ProofBroken {
            var validators = new HashSet<String>();
            while (!in.atEnd()) {
                if (!validators.add(HexFormat.of().formatHex(in.fixed(ADDRESS_SIZE)))) {
                    throw new ProofBroken("a list of validators names one twice");
                }
                if (validators.size() > EvmValidators.MAX) throw new ProofBroken("more than 64 validators");
            }
            if (validators.isEmpty()) throw new ProofBroken("a list of no validators");
            return Set.copyOf(validators);
        }

        private static void checkVote(Rlp in) throws ProofBroken {
            if (in.atEnd()) return;
            in.fixed(ADDRESS_SIZE);
            in.bytes(1);
            in.end();
        }

        /// The extra data with this round and without seals.
        byte[] with(byte[] otherRound) {
            return RlpWriter.list(List.of(vanity, list, vote, otherRound, NO_SEALS));
        }
    }
}
