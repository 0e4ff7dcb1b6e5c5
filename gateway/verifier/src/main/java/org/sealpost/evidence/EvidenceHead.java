package org.sealpost.evidence;

import java.util.List;
import org.sealpost.merkle.Hash;

/// One sealed head in an evidence file, with the entry's path to it and where it is said to be anchored.
///
/// @param anchors   at most [Evidence#MAX_ANCHORS]
/// @param handOvers the paths of the hand-overs that this head covers, in their order
public record EvidenceHead(Receipt receipt, List<AnchorClaim> anchors, List<List<Hash>> handOvers) {
    public EvidenceHead {
        anchors = List.copyOf(anchors);
        handOvers = handOvers.stream().map(List::copyOf).toList();
        if (anchors.size() > Evidence.MAX_ANCHORS) throw new IllegalArgumentException("at most 16 anchors a head");
    }

    /// A head that covers no hand-over.
    public EvidenceHead(Receipt receipt, List<AnchorClaim> anchors) {
        this(receipt, anchors, List.of());
    }
}
