package org.sealpost.evidence;

import org.sealpost.merkle.Hash;

/// Asks whoever can know whether a head is anchored where a file says.
public interface AnchorCheck {
    /// Asks nobody.
    AnchorCheck OFFLINE = (anchor, isProved, originId, head) -> new AnchorFinding.NotChecked("no node given");

    /// @param anchor   where the file says, on a ledger that the trust store knows; a proof in it names the block
    /// @param isProved whether that proof is one, down to whom the trust store names: else anybody may have written
    ///     which block
    /// @param originId see [AnchorClaim#originId]
    AnchorFinding check(AnchorClaim anchor, boolean isProved, Hash originId, Head head);
}
