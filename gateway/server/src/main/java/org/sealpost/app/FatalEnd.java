package org.sealpost.app;

import org.sealpost.journal.BrokenPromise;
import org.sealpost.stage.BrokenPromises;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Ends the process when a promise was broken. Without shutdown hooks: nothing may be written on top of what is not
/// known to be durable (I3).
final class FatalEnd implements BrokenPromises {
    private static final Logger LOG = LoggerFactory.getLogger(FatalEnd.class);

    @Override
    public boolean include(Throwable thrown) {
        return thrown instanceof BrokenPromise;
    }

    @Override
    public void end(String stage, Throwable thrown) {
        LOG.error("{}: a promise was broken, the process ends; the next start recovers", stage, thrown);
        Runtime.getRuntime().halt(Main.BROKEN_PROMISE);
    }
}
