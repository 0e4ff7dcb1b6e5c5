package org.sealpost.ota.tuf;

import java.util.List;

/// Metadata that passed every rule, all of one moment of the repository.
///
/// @param remarks sentences for the log: what was odd, but is no reason to refuse
public record Trusted(Root root, Timestamp timestamp, Snapshot snapshot, Targets targets, List<String> remarks)
        implements Refresh {
    public Trusted {
        remarks = List.copyOf(remarks);
    }
}
