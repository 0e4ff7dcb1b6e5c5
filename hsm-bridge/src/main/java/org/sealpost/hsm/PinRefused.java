package org.sealpost.hsm;

/// A change of PIN that was not made: the old PIN is in force, in the token and in its file.
public final class PinRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// @param message why, and what to do; never any of a PIN
    public PinRefused(String message) {
        super(message);
    }
}
