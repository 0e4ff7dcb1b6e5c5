package org.sealpost.evidence.anchor.fabric;

/// Nothing is wrong with a proof so far, and the trust store's word does not reach it; ends the walk. The text
/// is whole, printable and of our own making.
final class Unvouched extends Exception {
    private static final long serialVersionUID = 1;

    private final String missing;

    Unvouched(String missing) {
        super(missing, null, false, false);
        this.missing = missing;
    }

    String missing() {
        return missing;
    }
}
