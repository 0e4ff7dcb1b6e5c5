package org.sealpost.evidence;

/// A trust file cannot be used; the message names the file, the line and what is wrong with it.
public final class TrustUnusable extends Exception {
    private static final long serialVersionUID = 1;

    TrustUnusable(String message) {
        super(message);
    }
}
