package org.sealpost.evidence;

import java.util.List;
import org.sealpost.merkle.Hash;

/// Judges what is given as the proof of an anchor, each kind of anchor by its own rules, without asking anybody.
public interface AnchorProofCheck {
    /// Looks at none.
    AnchorProofCheck NONE = (_, _, _, _) -> new AnchorProofFinding.Incomplete(List.of(), "its proof was not looked at");

    /// @param anchor with a proof
    /// @param shared what proofs in the file have in common; all that this one names is there
    AnchorProofFinding check(AnchorClaim anchor, Anchored head, SharedParts shared, TrustStore trust);

    /// What is said to be anchored.
    ///
    /// @param originId see [AnchorClaim#originId]
    /// @param key      in force at this size
    record Anchored(Head head, Hash originId, P256Key key) {}
}
