package org.sealpost.evidence;

/// How many signatures the proofs in one evidence file may still have checked, of certificates among them.
/// Whoever makes a file says how many there are, and not how long its reader works. One thread at a time.
public final class SignatureBudget {
    /// What a proof says of itself once they are spent.
    public static final String SPENT = "more signatures than a file may ask for";

    /// Some ten seconds of one processor.
    private static final int MAX = 20_000;

    private int left;

    public SignatureBudget() {
        this(MAX);
    }

    public SignatureBudget(int max) {
        left = max;
    }

    /// Before each that is checked.
    ///
    /// @return whether it may be
    public boolean spend() {
        if (left == 0) return false;
        left--;
        return true;
    }
}
