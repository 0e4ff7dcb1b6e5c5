package org.sealpost.evidence;

import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;

/// How many signatures the proofs in one evidence file may still have checked, of certificates among them.
/// Whoever makes a file says how many there are, and not how long its reader works. One thread at a time.
public final class SignatureBudget {
    /// What a proof says of itself once they are spent.
    public static final String SPENT = "more signatures than a file may ask for";

    /// Some ten seconds of one processor, or a minute of a slow one.
    private static final int MAX = 20_000;

    /// What one takes by the slowest of the keys that are let in (RSA of 8,192 bits with a long exponent, P-521), in
    /// signatures on P-256.
    private static final int SLOW = 6;

    private int left;

    public SignatureBudget() {
        this(MAX);
    }

    public SignatureBudget(int max) {
        left = max;
    }

    /// Before each that is checked by a key on P-256.
    ///
    /// @return whether it may be
    public boolean spend() {
        return spend(1);
    }

    /// Before each that is checked by a [StrongKey], or by one of the reader's choice: it counts for so many on P-256
    /// as take that long.
    ///
    /// @return whether it may be
    public boolean spend(PublicKey key) {
        boolean isFast = key instanceof EdECPublicKey
                || key instanceof ECPublicKey ec && ec.getParams().getOrder().bitLength() <= 256;
        return spend(isFast ? 1 : SLOW);
    }

    private boolean spend(int count) {
        if (left < count) return false;
        left -= count;
        return true;
    }
}
