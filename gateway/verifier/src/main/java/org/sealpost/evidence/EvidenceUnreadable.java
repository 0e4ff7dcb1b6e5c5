package org.sealpost.evidence;

/// A file is not evidence of a version and shape that we know, so nothing can be said about it; the message says why.
public final class EvidenceUnreadable extends Exception {
    private static final long serialVersionUID = 1;

    EvidenceUnreadable(String reason) {
        super(reason);
    }
}
