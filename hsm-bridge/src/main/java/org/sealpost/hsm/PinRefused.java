package org.sealpost.hsm;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A change of PIN that was not made: the old PIN is in force, in the token and in its file.
public final class PinRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    // A number, since records of this package are not serializable.
    private final @Nullable Long returnCode;

    /// @param message why, and what to do; never any of a PIN
    public PinRefused(String message) {
        this(message, Optional.empty());
    }

    /// @param message    as for the other
    /// @param returnCode what the token said to the change
    public PinRefused(String message, Optional<ReturnCode> returnCode) {
        super(message);
        this.returnCode = returnCode.map(ReturnCode::value).orElse(null);
    }

    /// What the token said to the change, where it was asked.
    public Optional<ReturnCode> returnCode() {
        return Optional.ofNullable(returnCode).map(ReturnCode::new);
    }
}
