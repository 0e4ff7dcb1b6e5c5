package org.sealpost.hsm;

/// A token as its module shows it, before anybody has logged in.
///
/// @param slot        the number of the slot it is in, good until the module is initialised anew
/// @param initialised whether it has a label and the security officer's PIN
/// @param needsLogin  whether it asks for a PIN
/// @param pin         what it says of its user PIN
public record ListedToken(
        long slot,
        String label,
        String serial,
        String manufacturer,
        String model,
        boolean initialised,
        boolean needsLogin,
        Pin pin) {

    /// How the user PIN is, by the token's flags. Not every token tells the truth of it.
    public enum Pin {
        SET,
        /// Never set since the token was initialised.
        NOT_SET,
        /// A wrong one was tried.
        COUNT_LOW,
        /// The next wrong one locks it.
        FINAL_TRY,
        LOCKED
    }

    static ListedToken of(long slot, TokenLabel token) {
        Pin pin = token.isPinLocked()
                ? Pin.LOCKED
                : token.isFinalTry()
                        ? Pin.FINAL_TRY
                        : token.isPinCountLow() ? Pin.COUNT_LOW : token.hasUserPin() ? Pin.SET : Pin.NOT_SET;
        return new ListedToken(
                slot,
                token.label(),
                token.serial(),
                token.manufacturer(),
                token.model(),
                token.isInitialised(),
                token.needsLogin(),
                pin);
    }
}
