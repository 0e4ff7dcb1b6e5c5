package org.sealpost.app;

import java.io.IOException;
import org.sealpost.control.ControlLog;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.Leaf;
import org.sealpost.seal.Leaves;

/// Tells a box that nobody has claimed from one whose control journal was lost: the latter would be anybody's who
/// reads its console. Each act is durable before the log has its copy, so a log with acts had a control journal.
final class LostControl {
    /// The first acts stand at the beginning of a log: nothing else is taken before the claim.
    private static final int ENTRIES_TO_LOOK_AT = 10_000;

    private LostControl() {}

    /// @throws StartRefused if the log holds acts and the control journal none
    static void refuse(ControlLog control, Leaves leaves) throws IOException {
        // Any act shows that it is there: an anchorage may be parked before the claim.
        if (!control.isEmpty()) return;
        leaves.scan(0, ENTRIES_TO_LOOK_AT, (index, leaf) -> {
            if (isAct(leaf)) {
                throw new StartRefused(
                        "entry " + index + " of the log is an act, and the control journal holds none: it was lost or"
                                + " replaced, and nobody can tell any more whose box this is",
                        "bring the data directory back as it was, or begin an origin that goes on from it, by sealpost"
                                + " origin succeed --reason damaged");
            }
        });
    }

    private static boolean isAct(byte[] leaf) {
        try {
            return Leaf.parse(leaf) instanceof HeaderLeaf header
                    && header.profile().equals(IntakeTrail.PROFILE);
        } catch (CborMalformed e) {
            // Whoever reads the entry will say so.
            return false;
        }
    }
}
