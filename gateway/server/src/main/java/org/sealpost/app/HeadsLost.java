package org.sealpost.app;

import org.sealpost.journal.BrokenPromise;

/// A larger head was anchored than this log has seals for. Going on would seal other entries under sizes that others
/// have seen (I6).
public final class HeadsLost extends BrokenPromise {
    private static final long serialVersionUID = 1;

    HeadsLost(String anchorage, long anchored, long sealed) {
        super("a head of " + anchored + " entries is anchored on " + anchorage + ", but the newest seal covers "
                + sealed + ": the seals journal was lost or replaced; bring the data directory back as it was, or,"
                + " where nobody has a newer copy, begin an origin that goes on from it, by sealpost origin succeed"
                + " --reason restored");
    }
}
