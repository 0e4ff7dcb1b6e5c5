package org.sealpost.evidence.anchor.fabric;

/// What of a proof does not hold; ends the walk. The text is whole, printable and of our own making.
final class DoesNotHold extends Exception {
    private static final long serialVersionUID = 1;

    private final String reason;

    DoesNotHold(String reason) {
        super(reason, null, false, false);
        this.reason = reason;
    }

    String reason() {
        return reason;
    }
}
