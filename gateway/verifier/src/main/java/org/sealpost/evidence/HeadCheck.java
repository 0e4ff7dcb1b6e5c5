package org.sealpost.evidence;

import java.util.ArrayList;
import java.util.List;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Inclusion;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.Genesis;
import org.sealpost.record.GenesisLeaf;
import org.sealpost.record.HandOverLeaf;
import org.sealpost.record.Leaf;

/// Checks the heads of an evidence file one after the other, in the order of docs/formats.md §8.
final class HeadCheck {
    private final Leaf leaf;
    private final Hash leafHash;
    private final Genesis genesis;
    private final KeyHistory keys;
    private final List<SealedEntry.Sealed> checked = new ArrayList<>();
    private long index;

    HeadCheck(Leaf leaf, Hash leafHash, Genesis genesis, KeyHistory keys) {
        this.leaf = leaf;
        this.leafHash = leafHash;
        this.genesis = genesis;
        this.keys = keys;
    }

    void next(EvidenceHead head) throws Fault {
        var receipt = head.receipt();
        var header = header(receipt);
        int tenure = keys.handOversBelow(header.size());
        var key = keys.tenures().get(tenure).key();
        if (!header.keyThumbprint().equals(key.thumbprint())) {
            throw fault(
                    "key",
                    "sealed with the key " + header.keyThumbprint() + ", the "
                            + (tenure == 0 ? "genesis" : "hand-over before it") + " names " + key.thumbprint());
        }
        if (!header.genesisHash().equals(keys.genesisHash())) {
            throw fault("genesis hash", "the seal is for another genesis than the file's");
        }
        if (!header.origin().equals(genesis.origin().name())) {
            throw fault("origin", "the seal is for another origin than the genesis");
        }
        if (header.suite() != genesis.suite().number()) {
            throw fault("suite", "the seal is of another suite than the genesis");
        }
        var proof = proof(receipt);
        checkSize(header.size(), proof.size());
        checkIndex(proof.index(), header.size());

        // Only the signed size is used: an honest path can be replayed at other sizes.
        var root = Inclusion.rootFrom(leafHash, proof.index(), header.size(), proof.path())
                .orElseThrow(() -> fault(
                        "path",
                        proof.path().size() + " hashes do not lead from index " + proof.index() + " to a root at size "
                                + header.size()));
        checkSignature(key, receipt, root);
        if (!keys.standIn(header.size(), root, head.handOvers())) {
            throw fault("hand-over", "those below the size " + header.size() + " are not proved to stand in its tree");
        }

        checked.add(new SealedEntry.Sealed(
                new Head(genesis.origin(), header.size(), root), header.time(), tenure, head.anchors()));
        index = proof.index();
    }

    /// What is in the file is proved by some head, or the file is refused.
    void end() throws Fault {
        long size = checked.getLast().head().size();
        if (keys.handOversBelow(size) < keys.handOvers().size()) {
            throw new Fault("hand-over", "one is not below the size " + size + " of the last head");
        }
    }

    private SealHeader header(Receipt receipt) throws Fault {
        try {
            return receipt.header();
        } catch (CborMalformed e) {
            throw fault("protected header", String.valueOf(e.getMessage()));
        }
    }

    private Proof proof(Receipt receipt) throws Fault {
        try {
            return receipt.proof();
        } catch (CborMalformed e) {
            throw fault("path", String.valueOf(e.getMessage()));
        }
    }

    private void checkSize(long signed, long unsigned) throws Fault {
        if (signed < 2) throw fault("size", Long.toUnsignedString(signed) + ", allowed are 2 to 2^63-1");
        if (!checked.isEmpty() && signed <= checked.getLast().head().size()) {
            throw fault("size", "not above that of the head before");
        }
        if (unsigned != signed) {
            throw fault("size", "the path is for size " + Long.toUnsignedString(unsigned) + ", sealed is " + signed);
        }
    }

    private void checkIndex(long found, long size) throws Fault {
        if (Long.compareUnsigned(found, size) >= 0) {
            throw fault("index", Long.toUnsignedString(found) + " is not below the size " + size);
        }
        if (!checked.isEmpty() && found != index) throw fault("index", "another than that of the first head");
        if (leaf instanceof GenesisLeaf != (found == 0)) {
            throw fault("index", "index 0 is the genesis leaf's, and no other's; found " + found);
        }
        if (leaf instanceof HandOverLeaf handOver
                && found != handOver.handOver().index()) {
            throw fault(
                    "index",
                    "the hand-over says that it stands at "
                            + handOver.handOver().index() + "; found " + found);
        }
    }

    private void checkSignature(P256Key key, Receipt receipt, Hash root) throws Fault {
        if (!receipt.signature().isInRange()) throw fault("signature", "r or s out of range");
        if (!receipt.signature().isLowS()) throw fault("signature", "s above n/2");
        if (!key.verifies(Seal.toBeSigned(receipt.protectedHeader(), root), receipt.signature())) {
            throw fault("signature", "not the key's over the root that leaf and path give");
        }
    }

    long index() {
        return index;
    }

    List<SealedEntry.Sealed> sealed() {
        return List.copyOf(checked);
    }

    private Fault fault(String part, String reason) {
        return new Fault(part, checked.size() + 1, reason);
    }
}
