package org.sealpost.evidence.anchor.evm;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.sealpost.merkle.Hash;

/// A block's header: the 15 fields of the Ethereum yellow paper (§4.4.3), and those that EIP-1559, 4895, 4844,
/// 4788 and 7685 put behind them. Immutable.
public final class BlockHeader {
    private static final Set<Integer> FIELD_COUNTS = Set.of(15, 16, 17, 20, 21);
    private static final int MAX_FIELDS = 21;
    private static final int EXTRA_DATA = 12;

    /// Some 34,000 years from 1970: what is later is no time that a block has, and each below is an [Instant].
    private static final long MAX_SECONDS = 1L << 40;

    private final byte[] encoded;
    private final List<byte[]> fields;
    private final Hash parent;
    private final Hash stateRoot;
    private final Hash receiptsRoot;
    private final long number;
    private final Instant time;
    private final byte[] extraData;

    private BlockHeader(byte[] encoded) throws ProofBroken {
        this.encoded = encoded;
        fields = Rlp.ofList(encoded).items(MAX_FIELDS);
        if (!FIELD_COUNTS.contains(fields.size())) {
            throw new ProofBroken("a header with " + fields.size() + " fields is of no kind that is known");
        }
        var in = Rlp.ofList(encoded);
        parent = hash(in);
        hash(in); // uncles
        in.fixed(20); // who made the block
        stateRoot = hash(in);
        hash(in); // transactions
        receiptsRoot = hash(in);
        in.fixed(256); // bloom filter of the logs
        in.scalar(32); // difficulty
        number = in.number();
        in.number(); // gas, allowed
        in.number(); // gas, used
        time = time(in.number());
        extraData = in.bytes(encoded.length);
        hash(in); // mix
        in.fixed(8); // nonce
        if (!in.atEnd()) in.scalar(32); // base fee
        if (!in.atEnd()) hash(in); // withdrawals
        if (!in.atEnd()) in.number(); // blob gas, used
        if (!in.atEnd()) in.number(); // blob gas, excess
        if (!in.atEnd()) hash(in); // beacon block
        if (!in.atEnd()) hash(in); // requests
        in.end();
    }

    /// @param encoded RLP as the chain's nodes have it, with seals
    public static BlockHeader parse(byte[] encoded) throws ProofBroken {
        return new BlockHeader(encoded.clone());
    }

    private static Hash hash(Rlp in) throws ProofBroken {
        return Hash.of(in.fixed(Hash.SIZE));
    }

    private static Instant time(long seconds) throws ProofBroken {
        if (seconds > MAX_SECONDS) throw new ProofBroken("a block of second " + seconds);
        return Instant.ofEpochSecond(seconds);
    }

    public long number() {
        return number;
    }

    public Hash receiptsRoot() {
        return receiptsRoot;
    }

    /// keccak-256 of the whole: the block's hash, unless its consensus leaves something out.
    public Hash hash() {
        return Keccak256.of(encoded);
    }

    /// By the clock of whoever made the block, in whole seconds.
    Instant time() {
        return time;
    }

    Hash parent() {
        return parent;
    }

    Hash stateRoot() {
        return stateRoot;
    }

    byte[] extraData() {
        return extraData.clone();
    }

    /// The hash of this header with other extra data.
    Hash hashWith(byte[] otherExtraData) {
        var altered = new ArrayList<>(fields);
        altered.set(EXTRA_DATA, RlpWriter.bytes(otherExtraData));
        return Keccak256.of(RlpWriter.list(altered));
    }
}
