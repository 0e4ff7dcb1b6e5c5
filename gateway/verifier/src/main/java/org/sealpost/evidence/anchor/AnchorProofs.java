package org.sealpost.evidence.anchor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.sealpost.evidence.AnchorClaim;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.AnchorProofCheck;
import org.sealpost.evidence.AnchorProofFinding;
import org.sealpost.evidence.Checkpoint;
import org.sealpost.evidence.EvmValidators;
import org.sealpost.evidence.FabricTrust;
import org.sealpost.evidence.SharedParts;
import org.sealpost.evidence.SignatureBudget;
import org.sealpost.evidence.TrustStore;
import org.sealpost.evidence.anchor.evm.EvmProof;
import org.sealpost.evidence.anchor.evm.SealedBlocks;
import org.sealpost.evidence.anchor.fabric.FabricProof;
import org.sealpost.evidence.anchor.fabric.ShownChannels;
import org.sealpost.evidence.anchor.tsa.TsaProof;
import org.sealpost.merkle.Hash;

/// Judges the proofs of every kind of anchor that this verifier knows, in one evidence file: each file has its
/// own, which knows what this file has asked for so far. One thread at a time.
public final class AnchorProofs implements AnchorProofCheck {
    private final SealedBlocks blocks = new SealedBlocks();
    private final SignatureBudget signatures;
    private final ShownChannels channels;

    public AnchorProofs() {
        this(new SignatureBudget());
    }

    /// @param signatures that proofs on Fabric and time stamps may have checked
    public AnchorProofs(SignatureBudget signatures) {
        this.signatures = signatures;
        this.channels = new ShownChannels(signatures);
    }

    @Override
    public AnchorProofFinding check(AnchorClaim anchor, Anchored head, SharedParts shared, TrustStore trust) {
        byte[] proof = anchor.proof().orElseThrow();
        return switch (anchor.identity()) {
            case AnchorIdentity.Local _ -> throw new IllegalArgumentException("a local ledger has no proofs");
            case AnchorIdentity.Evm chain ->
                withCreation(evm(proof, chain, head, shared, trust.validators(chain)), trust.creations(chain));
            case AnchorIdentity.Fabric channel ->
                best(trust.channels(channel), trusted -> fabric(proof, channel, head, shared, trusted));
            case AnchorIdentity.Tsa authority ->
                TsaProof.check(
                        proof,
                        authority,
                        Checkpoint.unsigned(head.head()).toBeSigned(),
                        head.key(),
                        trust.stampingAuthorities(),
                        signatures);
        };
    }

    /// Several trust files may speak of one channel: the first that proves it is enough, and what is else
    /// broken for one is broken, whatever the files are called.
    static <T> AnchorProofFinding best(List<T> trusted, Function<Optional<T>, AnchorProofFinding> check) {
        if (trusted.isEmpty()) return check.apply(Optional.empty());
        var others = new ArrayList<AnchorProofFinding>();
        for (var one : trusted) {
            var finding = check.apply(Optional.of(one));
            if (finding instanceof AnchorProofFinding.Proved) return finding;
            others.add(finding);
        }
        return others.stream()
                .filter(AnchorProofFinding.Broken.class::isInstance)
                .findFirst()
                .orElse(others.getFirst());
    }

    /// The code at a contract's address says nothing of what made it: that may have lodged, in the same block and by
    /// the same address, whatever it liked (docs/decisions/0070-how-a-contract-was-made.md).
    private static AnchorProofFinding withCreation(AnchorProofFinding finding, List<Hash> creations) {
        if (!(finding instanceof AnchorProofFinding.Proved(var steps, var time))) return finding;
        var all = new ArrayList<>(steps);
        all.add(
                creations.isEmpty()
                        ? "the trust store does not say how the contract was made: if by other code, this head was"
                                + " there, and nothing is said of other histories"
                        : "the contract was made in transaction " + creations.getFirst()
                                + ", by the word of the trust store");
        return new AnchorProofFinding.Proved(all, time);
    }

    private AnchorProofFinding fabric(
            byte[] proof,
            AnchorIdentity.Fabric channel,
            Anchored anchored,
            SharedParts shared,
            Optional<FabricTrust> trusted) {
        var head = anchored.head();
        return FabricProof.check(
                proof, shared, channel, anchored.originId(), head.size(), head.root(), trusted, channels);
    }

    private AnchorProofFinding evm(
            byte[] proof,
            AnchorIdentity.Evm chain,
            Anchored anchored,
            SharedParts shared,
            List<EvmValidators> trusted) {
        var head = anchored.head();
        return EvmProof.check(proof, shared, chain, anchored.originId(), head.size(), head.root(), trusted, blocks);
    }
}
