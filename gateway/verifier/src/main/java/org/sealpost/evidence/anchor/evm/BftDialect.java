package org.sealpost.evidence.anchor.evm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.sealpost.evidence.EvmValidators;
import org.sealpost.evidence.EvmValidators.Consensus;
import org.sealpost.merkle.Hash;

/// How a chain on which most of a set of validators seal each block writes that into the block's header: what
/// the extra data holds, what of it the block's hash is over, and what the seals are over.
public enum BftDialect {
    /// Enterprise Ethereum Alliance, QBFT specification §4. Extra data is `[vanity 32, [* validator 20],
    /// vote, round, [* seal 65]]`; the block's hash leaves out seals and round, each seal is over the header
    /// without seals alone.
    ///
    /// Besu's nodes refuse a header whose list is not that of their own count of the votes; GoQuorum's do not
    /// look at it.
    QBFT(EvmProof.QBFT, Consensus.QBFT) {
        @Override
        Extra read(byte[] extraData) throws ProofBroken {
            var items = Items.of(extraData, NONE);
            Rlp.checkNumber(items.round, Integer.MAX_VALUE);
            var validators = validators(Rlp.ofList(items.list));
            return new Extra(
                    RlpWriter.list(items.vanity, items.list, items.vote, RlpWriter.number(0), NONE),
                    RlpWriter.list(items.vanity, items.list, items.vote, items.round, NONE),
                    validators,
                    seals(items.seals, validators));
        }
    },

    /// IBFT 2.0, of Besu's older networks. Extra data has the same five items, with a vote that is an empty
    /// string where there is none, and a round of four bytes; the block's hash is over the first three of
    /// them, each seal over the first four.
    IBFT2(EvmProof.IBFT2, Consensus.IBFT2) {
        @Override
        Extra read(byte[] extraData) throws ProofBroken {
            var items = Items.of(extraData, NO_VOTE);
            if (Rlp.string(items.round).length != Integer.BYTES) {
                throw new ProofBroken("a round of other than four bytes");
            }
            var validators = validators(Rlp.ofList(items.list));
            return new Extra(
                    RlpWriter.list(items.vanity, items.list, items.vote),
                    RlpWriter.list(items.vanity, items.list, items.vote, items.round),
                    validators,
                    inLowForm(seals(items.seals, validators)));
        }
    },

    /// Istanbul (EIP-650), of GoQuorum's networks before QBFT, which call it ibft, too. Extra data is vanity
    /// 32 ‖ `[[* validator 20], seal of the proposer, [* seal 65]]`; the block's hash leaves out the last
    /// list, and each seal in that is over keccak-256 of the block's hash ‖ 2.
    ///
    /// Nodes never compare a header's list with the set that they know: whoever proposes a block may name
    /// whom it likes there. So a list says nothing of who seals later blocks.
    ISTANBUL(EvmProof.ISTANBUL, Consensus.ISTANBUL) {
        @Override
        Extra read(byte[] extraData) throws ProofBroken {
            if (extraData.length < VANITY_SIZE) throw new ProofBroken(NO_VANITY);
            var in = Rlp.ofList(Arrays.copyOfRange(extraData, VANITY_SIZE, extraData.length));
            var list = in.item();
            var proposer = RlpWriter.bytes(in.bytes(Secp256k1.SEAL_SIZE));
            var seals = in.list();
            in.end();
            var kept = RlpWriter.list(list, proposer, NONE);
            var hashed = Arrays.copyOf(extraData, VANITY_SIZE + kept.length);
            System.arraycopy(kept, 0, hashed, VANITY_SIZE, kept.length);
            var validators = validators(Rlp.ofList(list));
            return new Extra(hashed, hashed, validators, inLowForm(seals(seals, validators)));
        }

        @Override
        Hash committed(Hash header) {
            var message = Arrays.copyOf(header.toBytes(), Hash.SIZE + 1);
            message[Hash.SIZE] = COMMIT;
            return Keccak256.of(message);
        }
    };

    /// What extra data says.
    ///
    /// @param hashed that the block's hash is over, in the place of the whole
    /// @param sealed that its seals are over, likewise
    record Extra(byte[] hashed, byte[] sealed, Set<String> validators, List<byte[]> seals) {}

    /// The five of QBFT and of IBFT 2.0, whose rounds differ in form.
    private record Items(byte[] vanity, byte[] list, byte[] vote, byte[] round, Rlp seals) {
        /// @param none stands where there is no vote
        static Items of(byte[] extraData, byte[] none) throws ProofBroken {
            var in = Rlp.ofList(extraData);
            var items = new Items(in.item(), in.item(), in.item(), in.item(), in.list());
            in.end();
            checkVanity(items.vanity);
            if (!Arrays.equals(items.vote, none)) checkVote(items.vote);
            return items;
        }
    }

    private static final int VANITY_SIZE = 32;
    private static final int ADDRESS_SIZE = 20;

    /// The number of the message by which a validator commits to a block.
    private static final byte COMMIT = 2;

    private static final byte[] NONE = RlpWriter.list();
    private static final byte[] NO_VOTE = RlpWriter.bytes(new byte[0]);
    private static final String NO_VANITY = "extra data without a vanity of 32 bytes";

    private final int number;
    private final Consensus consensus;

    BftDialect(int number, Consensus consensus) {
        this.number = number;
        this.consensus = consensus;
    }

    /// Of this number in proofs (docs/formats.md §10); empty for consensus of other kinds.
    public static Optional<BftDialect> of(int number) {
        return Arrays.stream(values()).filter(each -> each.number == number).findFirst();
    }

    /// The one by which a block with this header has this hash; empty if there is none.
    public static Optional<BftDialect> of(BlockHeader header, Hash hash) {
        return Arrays.stream(values())
                .filter(each -> each.hashIfRead(header).equals(Optional.of(hash)))
                .findFirst();
    }

    private Optional<Hash> hashIfRead(BlockHeader header) {
        try {
            return Optional.of(hashOf(header));
        } catch (ProofBroken e) {
            return Optional.empty();
        }
    }

    /// The hash of a block with this header, whoever has sealed it.
    Hash hashOf(BlockHeader header) throws ProofBroken {
        return header.hashWith(read(header.extraData()).hashed);
    }

    /// The set that a header names, whether it has sealed it or not (block 0 nobody seals): addresses, 40
    /// lower-case hex digits each.
    public Set<String> validatorsNamedBy(byte[] extraData) throws ProofBroken {
        return read(extraData).validators;
    }

    public int number() {
        return number;
    }

    public Consensus consensus() {
        return consensus;
    }

    /// Whether a header that enough of one set have sealed may tell by its list who seals from there on. Whether
    /// it does on a chain is for whoever knows its nodes to say ([EvmValidators#bridges]).
    public boolean hasBridges() {
        return consensus.hasBridges();
    }

    /// @throws ProofBroken if it has not the form of this dialect
    abstract Extra read(byte[] extraData) throws ProofBroken;

    /// What a seal signs.
    ///
    /// @param header hash of the header with [Extra#sealed]
    Hash committed(Hash header) {
        return header;
    }

    private static void checkVanity(byte[] vanity) throws ProofBroken {
        if (Rlp.string(vanity).length != VANITY_SIZE) throw new ProofBroken(NO_VANITY);
    }

    private static void checkVote(byte[] vote) throws ProofBroken {
        var in = Rlp.ofList(vote);
        in.fixed(ADDRESS_SIZE);
        in.bytes(1);
        in.end();
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

    private static List<byte[]> seals(Rlp in, Set<String> validators) throws ProofBroken {
        var seals = new ArrayList<byte[]>();
        while (!in.atEnd()) {
            if (seals.size() == validators.size()) throw new ProofBroken("more seals than validators");
            seals.add(in.fixed(Secp256k1.SEAL_SIZE));
        }
        return seals;
    }

    /// Nodes sign with s ≤ n/2 and take n − s, too: else a validator could make blocks that the chain keeps,
    /// and of which nothing is proved.
    private static List<byte[]> inLowForm(List<byte[]> seals) {
        return seals.stream().map(Secp256k1::lowForm).toList();
    }
}
