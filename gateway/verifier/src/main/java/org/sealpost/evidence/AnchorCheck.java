package org.sealpost.evidence;

import org.sealpost.merkle.Hash;

/// Asks whoever can know whether a head is anchored where a file says.
public interface AnchorCheck {
    /// Asks nobody.
    AnchorCheck OFFLINE = (identity, originId, head) -> new AnchorFinding.NotChecked("no node given");

    /// @param identity one that the trust store knows
    /// @param originId see [AnchorClaim#originId]
    AnchorFinding check(AnchorIdentity identity, Hash originId, Head head);
}
