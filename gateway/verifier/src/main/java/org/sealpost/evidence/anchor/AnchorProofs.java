package org.sealpost.evidence.anchor;

import java.util.Optional;
import org.sealpost.evidence.AnchorClaim;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.AnchorProofCheck;
import org.sealpost.evidence.AnchorProofFinding;
import org.sealpost.evidence.EvmValidators;
import org.sealpost.evidence.SharedParts;
import org.sealpost.evidence.TrustStore;
import org.sealpost.evidence.anchor.evm.EvmProof;

/// Judges the proofs of every kind of anchor that this verifier knows.
public final class AnchorProofs implements AnchorProofCheck {
    @Override
    public AnchorProofFinding check(AnchorClaim anchor, Anchored head, SharedParts shared, TrustStore trust) {
        byte[] proof = anchor.proof().orElseThrow();
        return switch (anchor.identity()) {
            case AnchorIdentity.Local _ -> throw new IllegalArgumentException("a local ledger has no proofs");
            case AnchorIdentity.Evm chain -> evm(proof, chain, head, shared, trust);
        };
    }

    /// Several trust files may name validators of one chain; one set that proves it is enough.
    private static AnchorProofFinding evm(
            byte[] proof, AnchorIdentity.Evm chain, Anchored head, SharedParts shared, TrustStore trust) {
        var sets = trust.validators(chain);
        if (sets.isEmpty()) return evm(proof, chain, head, shared, Optional.empty());
        var found = sets.stream()
                .map(set -> evm(proof, chain, head, shared, Optional.of(set)))
                .toList();
        return found.stream()
                .filter(AnchorProofFinding.Proved.class::isInstance)
                .findFirst()
                .orElse(found.getFirst());
    }

    private static AnchorProofFinding evm(
            byte[] proof,
            AnchorIdentity.Evm chain,
            Anchored anchored,
            SharedParts shared,
            Optional<EvmValidators> trusted) {
        var head = anchored.head();
        return EvmProof.check(proof, shared, chain, anchored.originId(), head.size(), head.root(), trusted);
    }
}
