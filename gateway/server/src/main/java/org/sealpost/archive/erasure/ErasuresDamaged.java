package org.sealpost.archive.erasure;

import org.sealpost.journal.BrokenPromise;

/// The journal of erasures holds what no box writes: what must not be shown cannot be told any more.
public final class ErasuresDamaged extends BrokenPromise {
    private static final long serialVersionUID = 1;

    ErasuresDamaged(long position, String what) {
        super("entry " + position + " of the journal of erasures: " + what
                + "; it is not what a box writes: bring the data directory back as it was");
    }
}
