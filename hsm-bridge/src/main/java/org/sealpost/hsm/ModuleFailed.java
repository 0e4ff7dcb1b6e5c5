package org.sealpost.hsm;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sealpost.hsm.TokenFailure.Reason;

/// A library did not do what it was asked to where no token is open: it shows no tokens, or an empty one cannot
/// be prepared. As [TokenFailure]: with one of its reasons, and with the return code where the library gave
/// one.
public final class ModuleFailed extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;
    // A number, since records of this package are not serializable.
    private final @Nullable Long returnCode;

    /// A failure in another process, with all that it told.
    public ModuleFailed(String words, Reason reason, Optional<ReturnCode> returnCode) {
        super(words);
        this.reason = reason;
        this.returnCode = returnCode.map(ReturnCode::value).orElse(null);
    }

    private ModuleFailed(String words, Reason reason, Exception cause) {
        this(words, reason, Optional.ofNullable(TokenFailure.codeIn(cause)));
        initCause(cause);
    }

    /// The library cannot be initialised, or shows nothing: its service may be down, or its token away.
    static ModuleFailed away(String words, CryptokiError cause) {
        return new ModuleFailed(words, cause.code().saysAbsent() ? Reason.TOKEN_ABSENT : Reason.RETRYABLE, cause);
    }

    /// It was not asked: somebody else is at it.
    static ModuleFailed busy(String words) {
        return new ModuleFailed(words, Reason.RETRYABLE, Optional.empty());
    }

    /// It has answered what was asked of a token, and this is what the answer means.
    ///
    /// @param cause a [CryptokiError], or caused by one
    static ModuleFailed refused(String words, Exception cause) {
        ReturnCode code = TokenFailure.codeIn(cause);
        return new ModuleFailed(words, code == null ? Reason.FATAL : reason(code), cause);
    }

    static ModuleFailed timeout(String words, Exception cause) {
        return new ModuleFailed(words, Reason.TIMEOUT, cause);
    }

    private static Reason reason(ReturnCode code) {
        if (code.saysAbsent()) {
            return Reason.TOKEN_ABSENT;
        }
        if (code.saysUnsupported()) {
            return Reason.UNSUPPORTED_MECHANISM;
        }
        return switch (code.remedy()) {
            case PIN -> Reason.PIN_BLOCKED;
            case REINITIALISE -> Reason.RETRYABLE;
            case LOGIN, REOPEN, REFUSE -> Reason.FATAL;
        };
    }

    /// What a caller can make of it.
    public Reason reason() {
        return reason;
    }

    /// What the library returned.
    public Optional<ReturnCode> returnCode() {
        return Optional.ofNullable(returnCode).map(ReturnCode::new);
    }

    /// Whether the same may do later, though nobody changes anything.
    public boolean passes() {
        return switch (reason) {
            case RETRYABLE, TOKEN_ABSENT, TIMEOUT -> true;
            case PIN_BLOCKED, KEY_MISSING, KEY_AMBIGUOUS, UNSUPPORTED_MECHANISM, FATAL -> false;
        };
    }

    /// The same, said with more words.
    public ModuleFailed saidAs(String words) {
        var said = new ModuleFailed(words, reason, returnCode());
        said.initCause(this);
        return said;
    }
}
