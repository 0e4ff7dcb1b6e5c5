package org.sealpost.evidence;

import java.util.ArrayList;
import java.util.List;
import org.sealpost.merkle.Inclusion;
import org.sealpost.merkle.Merkle;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;

/// A plain check of COSE receipts (RFC 9942) and Signed Statements (RFC 9943), also of those that others made, against
/// a key that the caller trusts. It says nothing of who made the log, when, or at which size: for that, the evidence
/// file has [EvidenceVerifier].
public final class ReceiptCheck {
    private static final byte[] NOTHING = {};

    private ReceiptCheck() {}

    /// What became of it.
    public sealed interface Outcome {}

    public record Accepted() implements Outcome {}

    public record Refused(String reason) implements Outcome {}

    /// Another kind of tree or algorithm: neither a yes nor a no.
    public record NotSupported(String what) implements Outcome {}

    /// Whether a log says that an entry is in its tree.
    ///
    /// @param entry   the bytes that the tree hashed as the leaf
    /// @param receipt COSE_Sign1 with one inclusion proof or more; each must hold
    /// @param logKey  SPKI of the log's key: P-256 or Ed25519
    public static Outcome receipt(byte[] entry, byte[] receipt, byte[] logKey) {
        try {
            var message = CoseSign1.parse(receipt);
            if (message.payload().isPresent()) return new Refused("the payload of a receipt is detached");
            var treeType = message.protectedInteger(SealHeader.TREE_TYPE);
            if (treeType.isEmpty()) return new Refused("no tree type in the protected header");
            if (treeType.get() != SealHeader.RFC9162_SHA256) return new NotSupported("tree type " + treeType.get());
            var proofs = message.unprotectedLabels().get((long) Receipt.PROOFS);
            if (proofs == null) return new Refused("no proof");
            for (var proof : inclusionProofs(proofs)) {
                var outcome = one(message, entry, proof, logKey);
                if (!(outcome instanceof Accepted)) return outcome;
            }
            return new Accepted();
        } catch (CborMalformed e) {
            return new Refused(String.valueOf(e.getMessage()));
        }
    }

    private static Outcome one(CoseSign1 message, byte[] entry, Proof proof, byte[] logKey) throws CborMalformed {
        var root = Inclusion.rootFrom(Merkle.leafHash(entry), proof.index(), proof.size(), proof.path());
        if (root.isEmpty()) return new Refused("the path does not fit index and size");
        return message.verify(root.get().toBytes(), NOTHING, logKey);
    }

    private static List<Proof> inclusionProofs(byte[] encoded) throws CborMalformed {
        var in = new CborReader(encoded);
        int count = in.mapOf(1).expect(Receipt.INCLUSION).array(16);
        if (count == 0) throw new CborMalformed(in.position(), "no inclusion proof");
        var proofs = new ArrayList<Proof>(count);
        for (int i = 0; i < count; i++) proofs.add(Proof.parse(in.bytes(Integer.MAX_VALUE)));
        return proofs;
    }

    /// Whether the issuer signed a statement.
    ///
    /// @param statement COSE_Sign1 with its payload in it
    /// @param issuerKey SPKI: P-256 or Ed25519
    public static Outcome statement(byte[] statement, byte[] issuerKey) {
        try {
            var message = CoseSign1.parse(statement);
            if (message.payload().isEmpty()) return new Refused("the payload of a statement is in it");
            return message.verify(NOTHING, NOTHING, issuerKey);
        } catch (CborMalformed e) {
            return new Refused(String.valueOf(e.getMessage()));
        }
    }
}
