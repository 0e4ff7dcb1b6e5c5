package org.sealpost.hsm;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Why a token or a key did not do what it was asked to: one of a closed set of reasons, in words, and with the
/// return code of PKCS#11 where a module gave one.
public abstract sealed class TokenFailure extends RuntimeException permits TokenSetback, KeyRefused, QueueFull {
    private static final long serialVersionUID = 1L;

    /// What a caller can make of it.
    public enum Reason {
        /// It passes, or is being repaired: try again later.
        RETRYABLE,
        /// No token of this label and serial is plugged in; it is looked for all the time.
        TOKEN_ABSENT,
        /// The PIN is wrong, missing or locked: an operator has to supply another.
        PIN_BLOCKED,
        /// The token has no key of this name.
        KEY_MISSING,
        /// More than one key of the token has this name or id.
        KEY_AMBIGUOUS,
        /// The token, or the profile of its vendor, has no mechanism for this kind of key.
        UNSUPPORTED_MECHANISM,
        /// The token has not answered in time. It may do so yet.
        TIMEOUT,
        /// Trying again does not help before a person has looked at the token.
        FATAL
    }

    private final Reason reason;
    // A number, since records of this package are not serializable.
    private final @Nullable Long returnCode;

    TokenFailure(@Nullable String message, Reason reason, @Nullable ReturnCode returnCode) {
        super(message);
        this.reason = reason;
        this.returnCode = returnCode == null ? null : returnCode.value();
    }

    /// What a caller can make of it; its words are [#getMessage].
    public final Reason reason() {
        return reason;
    }

    /// What the module returned, where it was the module that refused or failed.
    public final Optional<ReturnCode> returnCode() {
        return Optional.ofNullable(returnCode).map(ReturnCode::new);
    }

    /// The code in an exception or in what caused it.
    static @Nullable ReturnCode codeIn(@Nullable Throwable cause) {
        for (Throwable t = cause; t != null; t = t.getCause()) {
            switch (t) {
                case CryptokiError error -> {
                    return error.code();
                }
                case TokenFailure failure -> {
                    return failure.returnCode().orElse(null);
                }
                default -> {}
            }
        }
        return null;
    }
}
