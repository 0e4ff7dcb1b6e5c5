package org.sealpost.seal;

import org.sealpost.journal.BrokenPromise;

/// Entries, tiles and seals of a log contradict each other; nothing may be sealed or served on top of that.
public final class TreeDamaged extends BrokenPromise {
    private static final long serialVersionUID = 1;

    TreeDamaged(String message) {
        super(message);
    }
}
