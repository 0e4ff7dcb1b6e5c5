package org.sealpost.admin;

import java.util.List;
import java.util.Optional;
import org.sealpost.anchor.FinalHead;
import org.sealpost.evidence.AnchorIdentity;

/// What the ledgers hold finally of an origin that ended.
///
/// @param newest of each ledger that holds any
public record EarlierHeads(String origin, List<Head> newest) {
    public EarlierHeads {
        newest = List.copyOf(newest);
    }

    /// @param ledger as it was called then
    public record Head(String ledger, Optional<AnchorIdentity> identity, FinalHead head) {}
}
