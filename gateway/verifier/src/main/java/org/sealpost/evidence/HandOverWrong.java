package org.sealpost.evidence;

/// A hand-over that does not follow from the keys before it.
public final class HandOverWrong extends Exception {
    private static final long serialVersionUID = 1;

    HandOverWrong(String message) {
        super(message, null, false, false);
    }
}
