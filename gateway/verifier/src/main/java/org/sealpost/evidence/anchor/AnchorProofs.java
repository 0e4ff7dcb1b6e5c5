package org.sealpost.evidence.anchor;

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
import org.sealpost.evidence.TrustStore;
import org.sealpost.evidence.anchor.evm.EvmProof;
import org.sealpost.evidence.anchor.fabric.FabricProof;
import org.sealpost.evidence.anchor.tsa.TsaProof;

/// Judges the proofs of every kind of anchor that this verifier knows.
public final class AnchorProofs implements AnchorProofCheck {
    @Override
    public AnchorProofFinding check(AnchorClaim anchor, Anchored head, SharedParts shared, TrustStore trust) {
        byte[] proof = anchor.proof().orElseThrow();
        return switch (anchor.identity()) {
            case AnchorIdentity.Local _ -> throw new IllegalArgumentException("a local ledger has no proofs");
            case AnchorIdentity.Evm chain ->
                best(trust.validators(chain), trusted -> evm(proof, chain, head, shared, trusted));
            case AnchorIdentity.Fabric channel ->
                best(trust.channels(channel), trusted -> fabric(proof, channel, head, shared, trusted));
            case AnchorIdentity.Tsa authority ->
                TsaProof.check(
                        proof,
                        authority,
                        Checkpoint.unsigned(head.head()).toBeSigned(),
                        head.key(),
                        trust.stampingAuthorities());
        };
    }

    /// Several trust files may speak of one ledger; one that proves it is enough.
    private static <T> AnchorProofFinding best(List<T> trusted, Function<Optional<T>, AnchorProofFinding> check) {
        if (trusted.isEmpty()) return check.apply(Optional.empty());
        var found = trusted.stream().map(Optional::of).map(check).toList();
        return found.stream()
                .filter(AnchorProofFinding.Proved.class::isInstance)
                .findFirst()
                .orElse(found.getFirst());
    }

    private static AnchorProofFinding fabric(
            byte[] proof,
            AnchorIdentity.Fabric channel,
            Anchored anchored,
            SharedParts shared,
            Optional<FabricTrust> trusted) {
        var head = anchored.head();
        return FabricProof.check(proof, shared, channel, anchored.originId(), head.size(), head.root(), trusted);
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
