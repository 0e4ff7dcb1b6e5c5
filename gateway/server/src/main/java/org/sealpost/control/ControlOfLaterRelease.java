package org.sealpost.control;

import org.sealpost.journal.BrokenPromise;

/// The control journal holds an act that this release does not know. Stepping over it would mean to do what the owner
/// may just have forbidden.
public final class ControlOfLaterRelease extends BrokenPromise {
    private static final long serialVersionUID = 1;

    ControlOfLaterRelease(long position) {
        super("entry " + position
                + " of the control journal is an act that a later release wrote, and this one does not"
                + " know it: start that release again; nothing was changed");
    }
}
