package org.sealpost.evidence.anchor.tsa;

/// A time stamp can be read and does not hold. The message is whole and fit to print.
public final class StampRefused extends Exception {
    private static final long serialVersionUID = 1;

    StampRefused(String reason) {
        super(reason);
    }
}
