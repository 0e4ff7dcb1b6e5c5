package org.sealpost.control;

import org.sealpost.journal.BrokenPromise;

/// The control journal holds what no box writes: who owns this box cannot be told any more.
public final class ControlDamaged extends BrokenPromise {
    private static final long serialVersionUID = 1;

    ControlDamaged(long position, String what) {
        super("entry " + position + " of the control journal: " + what
                + "; it is not what a box writes: bring the data directory back as it was");
    }
}
