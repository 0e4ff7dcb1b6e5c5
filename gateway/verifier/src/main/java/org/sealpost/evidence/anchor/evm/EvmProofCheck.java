package org.sealpost.evidence.anchor.evm;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.sealpost.evidence.AnchorProofFinding;
import org.sealpost.evidence.EvmValidators;
import org.sealpost.evidence.EvmValidators.Consensus;
import org.sealpost.evidence.SharedParts;
import org.sealpost.merkle.Hash;

/// Checks a proof step by step. What is wrong whoever is trusted is broken; what only other trust would settle
/// is missing.
final class EvmProofCheck {
    private static final String ASK_A_NODE = "a node must tell whether this block is the chain's";

    private final EvmProof proof;
    private final SharedParts shared;
    private final SealedBlocks blocks;
    private final List<String> steps = new ArrayList<>();

    EvmProofCheck(EvmProof proof, SharedParts shared, SealedBlocks blocks) {
        this.proof = proof;
        this.shared = shared;
        this.blocks = blocks;
    }

    AnchorProofFinding check(ContractLog wanted, Hash code, List<EvmValidators> trusted) throws ProofBroken {
        var header = BlockHeader.parse(proof.header());
        var receipt =
                MerklePatricia.value(header.receiptsRoot(), RlpWriter.number(proof.index()), proof.receiptNodes());
        wanted.requireIn(receipt, proof.log());
        steps.add("lodged by the contract in block " + header.number());
        checkCode(header, wanted.contract(), code);
        var dialect = BftDialect.of(proof.consensus());
        if (dialect.isPresent()) return bft(dialect.get(), header, trusted);
        return proof.consensus() == EvmProof.CLIQUE
                ? clique(header, trusted)
                : new AnchorProofFinding.Incomplete(steps, ASK_A_NODE + "; its seals are of no kind that is known");
    }

    private void checkCode(BlockHeader header, byte[] contract, Hash code) throws ProofBroken {
        if (proof.accountNodes().isEmpty()) return; // whoever left them out may have had other code there
        var key = Keccak256.of(contract).toBytes();
        var account = Rlp.ofList(MerklePatricia.value(header.stateRoot(), key, proof.accountNodes()));
        account.scalar(32); // nonce
        account.scalar(32); // balance
        account.fixed(Hash.SIZE); // storage
        if (!Hash.of(account.fixed(Hash.SIZE)).equals(code)) {
            throw new ProofBroken("there was other code at the contract's address");
        }
        account.end();
        steps.add("by this code");
    }

    private AnchorProofFinding bft(BftDialect dialect, BlockHeader header, List<EvmValidators> trusted)
            throws ProofBroken {
        var row = row(dialect, header);
        var sets = of(trusted, dialect.consensus());
        if (sets.isEmpty()) {
            return new AnchorProofFinding.Incomplete(steps, ASK_A_NODE + missing(trusted, dialect.consensus()));
        }
        var sealed = sealed(row, sets);
        if (sealed.isEmpty()) {
            return new AnchorProofFinding.Incomplete(steps, ASK_A_NODE + tooFew(row, sets));
        }
        steps.add(sealed.get());
        return proof.accountNodes().isEmpty()
                ? new AnchorProofFinding.Incomplete(steps, "by which code, a node must tell")
                : new AnchorProofFinding.Proved(steps, Optional.of(header.time()));
    }

    /// By whom the block is sealed, as far as somebody trusts them. Who is named needs nobody who leads there.
    private static Optional<String> sealed(List<BftBlock> row, List<EvmValidators> sets) {
        var block = row.getLast();
        for (var set : sets) {
            var named = set.addresses();
            if (!block.isSealedBy(named)) continue;
            return Optional.of(
                    "sealed by " + block.sealersOf(named) + " of " + named.size() + " validators of the trust store");
        }
        for (var set : sets) {
            int bridges = bridgesFrom(set, row);
            if (!set.bridges() || bridges == 0) continue;
            return Optional.of("sealed by " + block.sealersOf(block.validators()) + " of "
                    + block.validators().size() + " validators, to whom those of the trust store lead over " + bridges
                    + (bridges == 1 ? " bridge, which counts" : " bridges, which count") + " by its word");
        }
        return Optional.empty();
    }

    /// The addresses of those who sealed are not told: from a file that proves nothing they would find their way
    /// into a trust store.
    private static String tooFew(List<BftBlock> row, List<EvmValidators> sets) {
        boolean leads = sets.stream().anyMatch(set -> bridgesFrom(set, row) > 0);
        return "; fewer than two thirds of the validators of the trust store sealed it"
                + (leads
                        ? "; they lead over bridges to those who did, and no line of theirs says that bridges count"
                        : "")
                + "; whoever runs the chain tells who its validators are at block "
                + row.getLast().header().number();
    }

    /// Over how many a set leads to the block: from the latest of the row that it sealed, as what leads to that
    /// was made for others. 0 if it leads nowhere.
    private static int bridgesFrom(EvmValidators set, List<BftBlock> row) {
        int from = row.size() - 1;
        while (from >= 0 && !row.get(from).isSealedBy(set.addresses())) from--;
        return from < 0 ? 0 : row.size() - 1 - from;
    }

    /// The bridges and the block behind them: each is sealed by the set before it and by its own.
    private List<BftBlock> row(BftDialect dialect, BlockHeader header) throws ProofBroken {
        var row = new ArrayList<BftBlock>();
        for (var one : ascending(header)) row.add(blocks.bft(dialect, one));
        for (int i = 1; i < row.size(); i++) {
            var before = row.get(i - 1);
            var next = row.get(i);
            boolean changes = !next.validators().equals(before.validators());
            if (!changes && i < row.size() - 1) throw new ProofBroken("a bridge at which no validator changed");
            if (!next.isSealedBy(before.validators())) {
                throw new ProofBroken("block " + next.header().number()
                        + " is sealed by fewer than two thirds of the validators before the change");
            }
        }
        return row;
    }

    /// Their headers, before anybody's seal is looked at.
    private List<BlockHeader> ascending(BlockHeader header) throws ProofBroken {
        var row = new ArrayList<BlockHeader>();
        for (var name : proof.bridges()) {
            var bridge = shared.named(name).orElseThrow(() -> new ProofBroken("a bridge header is missing: " + name));
            row.add(BlockHeader.parse(bridge));
        }
        row.add(header);
        for (int i = 1; i < row.size(); i++) {
            var before = row.get(i - 1);
            var next = row.get(i);
            if (next.number() <= before.number()) throw new ProofBroken("a bridge is not below the block behind it");
            // Else a set of later days would say that it sealed in earlier ones. Ethereum's blocks are each later than
            // their parents (yellow paper §4.4.4), those of QBFT by the chain's period at least, which may be less than
            // a second: then blocks in a row have the same time.
            if (next.time().isBefore(before.time())) {
                throw new ProofBroken("block " + next.number() + " is earlier than the bridge before it");
            }
        }
        return row;
    }

    private AnchorProofFinding clique(BlockHeader header, List<EvmValidators> trusted) throws ProofBroken {
        var signers = signers(header);
        var sets = of(trusted, Consensus.CLIQUE);
        if (sets.isEmpty()) {
            return new AnchorProofFinding.Incomplete(steps, ASK_A_NODE + missing(trusted, Consensus.CLIQUE));
        }
        for (var set : sets) {
            long count = countIn(set, signers);
            if (2 * count <= set.addresses().size()) continue;
            steps.add("sealed by " + count + " of " + set.addresses().size() + " signers of the trust store");
            return new AnchorProofFinding.Incomplete(
                    steps, "such a chain may still take the block back; " + ASK_A_NODE);
        }
        var first = sets.getFirst();
        return new AnchorProofFinding.Incomplete(
                steps,
                ASK_A_NODE + "; it and those on top are sealed by " + countIn(first, signers) + " of "
                        + first.addresses().size() + " signers of the trust store, not by more than half");
    }

    private static long countIn(EvmValidators set, Collection<String> signers) {
        return signers.stream().filter(set.addresses()::contains).count();
    }

    /// Who sealed the block and those on top of it, each of them once.
    private Collection<String> signers(BlockHeader header) throws ProofBroken {
        var below = blocks.clique(header);
        var signers = new HashSet<String>();
        signers.add(below.signer());
        for (var encoded : proof.onTop()) {
            var next = blocks.clique(BlockHeader.parse(encoded));
            if (!next.isOnTopOf(below)) throw new ProofBroken("a header is not on top of the one before");
            if (!signers.add(next.signer())) throw new ProofBroken("a header on top by a signer who sealed one below");
            below = next;
        }
        return signers;
    }

    private static List<EvmValidators> of(List<EvmValidators> trusted, Consensus consensus) {
        return trusted.stream().filter(set -> set.consensus() == consensus).toList();
    }

    private static String missing(List<EvmValidators> trusted, Consensus consensus) {
        return trusted.isEmpty()
                ? "; the trust store names none of its validators"
                : "; it is sealed by " + consensus + ", the trust store's validators are of "
                        + trusted.getFirst().consensus();
    }
}
