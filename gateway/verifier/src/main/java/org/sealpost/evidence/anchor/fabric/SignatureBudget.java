package org.sealpost.evidence.anchor.fabric;

/// How many signatures one proof may still have checked. Whoever makes a file says how many there are, and not
/// how long its reader works.
final class SignatureBudget {
    static final int MAX = 2000;

    private int left = MAX;

    /// Before each that is checked.
    void spend() throws DoesNotHold {
        if (left == 0) throw new DoesNotHold("the proof has more than " + MAX + " signatures to check");
        left--;
    }
}
