package org.sealpost.evidence;

import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.util.List;

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

    /// What is compared on a path with policies or constraints takes, at most, in signatures on P-256.
    private static final int RULES = 150;

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

    /// Before a whole path is judged ([CertificatePath#check]): each signature on it is checked, and what it has of
    /// policies and constraints compared.
    ///
    /// @param path from the one that is judged up to the authority, without the authority's own
    /// @return whether it may be
    public boolean spend(List<X509Certificate> path, X509Certificate authority) {
        for (var issuer : path.subList(1, path.size())) {
            if (!spend(issuer.getPublicKey())) return false;
        }
        return spend(authority.getPublicKey()) && (path.stream().noneMatch(CertificatePath::hasRules) || spend(RULES));
    }

    private boolean spend(int count) {
        if (left < count) return false;
        left -= count;
        return true;
    }
}
