package org.sealpost.evidence.anchor.evm;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.AnchorProofFinding;
import org.sealpost.evidence.EvmValidators;
import org.sealpost.evidence.SharedParts;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;

/// What proves that a contract lodged a head (docs/formats.md §10): the block's header, the way from
/// it to the contract's log, and who sealed it. The arrays pass over to it: nobody changes them afterwards.
///
/// @param consensus    how the block is sealed: [#NONE], [#CLIQUE], or the number of a [BftDialect]
/// @param header       of the block, RLP as nodes have it, with seals
/// @param index        of the transaction in the block
/// @param receiptNodes of the trie of receipts, from the root down to that transaction's
/// @param log          place of the log in the receipt
/// @param accountNodes of the trie of accounts, from the root down to the contract's; empty where nobody gave
///                     them: then a node must tell by which code
/// @param bridges      SHA-256 of headers that lead from an older set of validators to this block's, with
///                     ascending numbers, and times that do not fall; shared parts
/// @param onTop        headers on top of the block, the next one first, each sealed by another signer
public record EvmProof(
        int consensus,
        byte[] header,
        long index,
        List<byte[]> receiptNodes,
        long log,
        List<byte[]> accountNodes,
        List<Hash> bridges,
        List<byte[]> onTop) {
    public static final int MAX_SIZE_BYTES = 1 << 20;
    public static final int MAX_BRIDGES = 256;
    public static final int NONE = 0;
    public static final int QBFT = 1;
    public static final int CLIQUE = 2;
    public static final int IBFT2 = 3;
    public static final int ISTANBUL = 4;

    private static final String KIND = "sealpost-evm-proof";
    private static final int VERSION = 1;

    /// Two nibbles a byte of the key, and the root.
    private static final int MAX_NODES = 2 * Hash.SIZE + 1;

    public EvmProof {
        if (consensus < NONE || consensus > ISTANBUL) throw new IllegalArgumentException("consensus " + consensus);
        receiptNodes = List.copyOf(receiptNodes);
        accountNodes = List.copyOf(accountNodes);
        bridges = List.copyOf(bridges);
        onTop = List.copyOf(onTop);
        if (!bridges.isEmpty()
                && BftDialect.of(consensus).filter(BftDialect::hasBridges).isEmpty()) {
            throw new IllegalArgumentException("bridges of a consensus by which none leads to another block");
        }
        if (consensus != CLIQUE && !onTop.isEmpty())
            throw new IllegalArgumentException("headers on top without Clique");
    }

    /// What a proof that stands alone shows of a head.
    public static AnchorProofFinding check(
            byte[] proof,
            SharedParts shared,
            AnchorIdentity.Evm chain,
            Hash originId,
            long size,
            Hash root,
            List<EvmValidators> trusted) {
        return check(proof, shared, chain, originId, size, root, trusted, new SealedBlocks());
    }

    /// What a proof shows of a head. Never throws, whatever the bytes are.
    ///
    /// @param proof    as [#encode] makes it
    /// @param shared   of the file that the proof stands in
    /// @param chain    that the proof is said to be of
    /// @param originId by which the contract knows the log
    /// @param trusted  whose seals count on that chain, one set or more: each of them is enough
    /// @param blocks   that the proofs in the same file have shown so far
    public static AnchorProofFinding check(
            byte[] proof,
            SharedParts shared,
            AnchorIdentity.Evm chain,
            Hash originId,
            long size,
            Hash root,
            List<EvmValidators> trusted,
            SealedBlocks blocks) {
        try {
            var wanted = ContractLog.lodged(chain.contract(), originId, size, root);
            return check(proof, shared, wanted, chain.code(), trusted, blocks);
        } catch (NoClassDefFoundError e) {
            return new AnchorProofFinding.Incomplete(
                    List.of(), "checking it needs Bouncy Castle's bcprov beside this program");
        }
    }

    static AnchorProofFinding check(
            byte[] proof,
            SharedParts shared,
            ContractLog wanted,
            Hash code,
            List<EvmValidators> trusted,
            SealedBlocks blocks) {
        try {
            return new EvmProofCheck(parse(proof), shared, blocks).check(wanted, code, trusted);
        } catch (CborMalformed | IllegalArgumentException | ProofBroken e) {
            return new AnchorProofFinding.Broken(String.valueOf(e.getMessage()));
        }
    }

    /// The block of which a proof shows something.
    record Block(long number, Hash hash) {}

    /// Empty if the bytes name none.
    static Optional<Block> block(byte[] proof) {
        try {
            var parsed = parse(proof);
            var header = BlockHeader.parse(parsed.header);
            var dialect = BftDialect.of(parsed.consensus);
            var hash = dialect.isPresent() ? dialect.get().hashOf(header) : header.hash();
            return Optional.of(new Block(header.number(), hash));
        } catch (CborMalformed | IllegalArgumentException | ProofBroken e) {
            return Optional.empty();
        }
    }

    /// One CBOR item.
    public byte[] encode() {
        var out = new CborWriter(header.length + 4096);
        out.array(10)
                .text(KIND)
                .integer(VERSION)
                .integer(consensus)
                .bytes(header)
                .integer(index);
        write(out, receiptNodes);
        out.integer(log);
        write(out, accountNodes);
        out.array(bridges.size());
        for (var bridge : bridges) out.bytes(bridge.toBytes());
        write(out, onTop);
        return out.toBytes();
    }

    private static void write(CborWriter out, List<byte[]> parts) {
        out.array(parts.size());
        for (var part : parts) out.bytes(part);
    }

    static EvmProof parse(byte[] proof) throws CborMalformed {
        if (proof.length > MAX_SIZE_BYTES) throw new CborMalformed(0, "more than 1 MiB");
        var in = new CborReader(proof);
        in.arrayOf(10).expect(KIND).expect(VERSION);
        int consensus = consensus(in.unsigned());
        var header = in.bytes(MAX_SIZE_BYTES);
        long index = in.unsigned("index", 0, Integer.MAX_VALUE);
        var receiptNodes = byteStrings(in, MAX_NODES);
        long log = in.unsigned("log", 0, Integer.MAX_VALUE);
        var accountNodes = byteStrings(in, MAX_NODES);
        var bridges = new ArrayList<Hash>();
        int bridgeCount = in.array(MAX_BRIDGES);
        for (int i = 0; i < bridgeCount; i++) bridges.add(Hash.of(in.fixed(Hash.SIZE)));
        var onTop = byteStrings(in, EvmValidators.MAX);
        in.end();
        return new EvmProof(consensus, header, index, receiptNodes, log, accountNodes, bridges, onTop);
    }

    private static int consensus(long number) {
        if (number > ISTANBUL) {
            throw new IllegalArgumentException(
                    "its block is sealed in a way that this program does not know (consensus " + number
                            + "): a newer one may");
        }
        return (int) number;
    }

    private static List<byte[]> byteStrings(CborReader in, int max) throws CborMalformed {
        int count = in.array(max);
        var all = new ArrayList<byte[]>();
        for (int i = 0; i < count; i++) all.add(in.bytes(MAX_SIZE_BYTES));
        return all;
    }
}
