package org.sealpost.evidence;

import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.NamedParameterSpec;
import java.util.Set;

/// The keys of CAs and authorities that signatures are checked with, where whoever makes a file chooses them:
/// strong enough, and no larger than what is checked in milliseconds. A DSA key may fill its certificate, and
/// takes seconds.
public final class StrongKey {
    /// Of the order of P-256, P-384 and P-521; the JDK checks on no other curve.
    private static final Set<Integer> CURVE_BITS = Set.of(256, 384, 521);

    private static final int MIN_RSA_BITS = 2048;
    private static final int MAX_RSA_BITS = 8192;

    /// FIPS 186-5 §A.1.1.
    private static final int MAX_EXPONENT_BITS = 256;

    private StrongKey() {}

    /// Whether it is RSA of 2,048 to 8,192 bits with an exponent of 256 at most, ECDSA on P-256, P-384 or P-521,
    /// or Ed25519.
    public static boolean isOne(PublicKey key) {
        return switch (key) {
            case RSAPublicKey rsa ->
                rsa.getModulus().bitLength() >= MIN_RSA_BITS
                        && rsa.getModulus().bitLength() <= MAX_RSA_BITS
                        && rsa.getPublicExponent().bitLength() <= MAX_EXPONENT_BITS;
            case ECPublicKey ec -> CURVE_BITS.contains(ec.getParams().getOrder().bitLength());
            case EdECPublicKey ed -> ed.getParams().getName().equals(NamedParameterSpec.ED25519.getName());
            default -> false;
        };
    }
}
