package org.sealpost.seal;

/// The token answered with a signature that does not hold. A setback: the sealer asks again, and health shows it.
public final class SignatureWrong extends Exception {
    private static final long serialVersionUID = 1;

    SignatureWrong(String message) {
        super(message);
    }
}
