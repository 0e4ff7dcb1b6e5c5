package org.sealpost.hsm;

import java.util.concurrent.Executor;

/// Where futures are completed, and with that, what callers have hung on them is run.
public final class Replies {
    /// A virtual thread for each: what a caller hangs on a future may block, and holds up nobody.
    public static final Executor ON_THREADS_OF_THEIR_OWN =
            reply -> Thread.ofVirtual().name("hsm-reply").start(reply);

    private Replies() {}
}
