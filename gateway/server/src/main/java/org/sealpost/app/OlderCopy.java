package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.sealpost.anchor.Anchorage;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.HeadRefused;
import org.sealpost.lodging.LodgeableHead;

/// A ledger holds more of a log than its data directory has.
final class OlderCopy {
    static final String REMEDY =
            "find the newer one; if nobody has it, begin an origin that goes on from this one: sealpost origin succeed"
                    + " --reason restored";

    private OlderCopy() {}

    /// In words; empty if the ledger holds no larger head than the log has, or another history is nothing to it.
    ///
    /// @param head the newest of the log, a moment ago: a gateway that runs goes on lodging
    static Optional<String> found(GatewayConfig settings, Optional<Path> ca, Anchorage anchorage, LodgeableHead head)
            throws AnchorageSetback, IOException, HeadRefused, InterruptedException {
        if (!anchorage.capabilities().keepsOneHistory()) return Optional.empty();
        long there = anchorage.largest(head.originId()).newestSize();
        if (head.size() >= there) return Optional.empty();
        long here =
                ExportedHead.of(settings, OptionalLong.empty(), ca).checked().size();
        if (here >= there) return Optional.empty();
        return Optional.of("it holds a head of " + there + " entries, and the newest here has " + here
                + ": this data directory is an older copy, or another one went on");
    }
}
