package org.sealpost.evidence;

import java.util.List;

/// One sealed head in an evidence file, with the entry's path to it and where it is said to be anchored.
///
/// @param anchors at most [Evidence#MAX_ANCHORS]
public record EvidenceHead(Receipt receipt, List<AnchorClaim> anchors) {
    public EvidenceHead {
        anchors = List.copyOf(anchors);
        if (anchors.size() > Evidence.MAX_ANCHORS) throw new IllegalArgumentException("at most 16 anchors a head");
    }
}
