package org.sealpost.evidence;

/// The first part of a file that does not hold; ends the verifier's walk.
final class Fault extends Exception {
    private static final long serialVersionUID = 1;

    final String part;
    final int head;

    Fault(String part, String reason) {
        this(part, 0, reason);
    }

    /// @param head counted from 1, 0 for none
    Fault(String part, int head, String reason) {
        super(reason, null, false, false);
        this.part = part;
        this.head = head;
    }

    Verdict.Invalid verdict() {
        return new Verdict.Invalid(part, head, String.valueOf(getMessage()));
    }
}
