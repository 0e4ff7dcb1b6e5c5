package org.sealpost.hsm;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The token cannot do it now: it is away, too slow, or waits for another PIN. Nothing is wrong with the request;
/// try again later. Carries the token's name, its state and what a person can do.
public final class TokenSetback extends TokenFailure {
    private static final long serialVersionUID = 1L;

    private final String token;
    private final TokenHealth.State state;
    private final String words;
    private final String remedy;

    /// For whoever implements [Token].
    public TokenSetback(String token, TokenHealth.State state, String words, String remedy) {
        this(token, state, words, remedy, reasonOf(state, null), null);
    }

    /// @param cause what a module returned is taken from it
    TokenSetback(String token, TokenHealth.State state, String words, String remedy, @Nullable Throwable cause) {
        this(token, state, words, remedy, reasonOf(state, codeIn(cause)), codeIn(cause));
        initCause(cause);
    }

    TokenSetback(String token, TokenHealth health) {
        this(
                token,
                health.state(),
                health.cause(),
                health.remedy(),
                health.reason()
                        .orElseGet(() ->
                                reasonOf(health.state(), health.returnCode().orElse(null))),
                health.returnCode().orElse(null));
    }

    private TokenSetback(
            String token,
            TokenHealth.State state,
            String words,
            String remedy,
            Reason reason,
            @Nullable ReturnCode returnCode) {
        super("token \"" + token + "\" is " + state + ": " + words, reason, returnCode);
        this.token = token;
        this.state = state;
        this.words = words;
        this.remedy = remedy;
    }

    /// A setback that another process has met, with all that it told.
    public static TokenSetback told(
            String token,
            TokenHealth.State state,
            String words,
            String remedy,
            Reason reason,
            Optional<ReturnCode> returnCode) {
        return new TokenSetback(token, state, words, remedy, reason, returnCode.orElse(null));
    }

    /// The token has not answered in time, whatever its state is.
    public static TokenSetback timeout(String token, TokenHealth.State state, String words, String remedy) {
        return new TokenSetback(token, state, words, remedy, Reason.TIMEOUT, null);
    }

    /// The same setback as seen by another caller, so that stack traces and suppressed exceptions are not shared.
    public TokenSetback again() {
        var again = new TokenSetback(
                token, state, words, remedy, reason(), returnCode().orElse(null));
        again.initCause(this);
        return again;
    }

    private static Reason reasonOf(TokenHealth.State state, @Nullable ReturnCode code) {
        Reason passing = code != null && code.saysAbsent() ? Reason.TOKEN_ABSENT : Reason.RETRYABLE;
        return switch (state) {
            case READY, RECOVERING -> passing;
            case LOCKED_OUT -> Reason.RETRYABLE;
            case UNRESPONSIVE -> Reason.TIMEOUT;
            // Without a code it was looked for and not found; with one it may be there and fail.
            case ABSENT -> code == null ? Reason.TOKEN_ABSENT : passing;
            case PIN_BLOCKED -> Reason.PIN_BLOCKED;
            case AMBIGUOUS_KEY -> Reason.KEY_AMBIGUOUS;
            case AMBIGUOUS_TOKEN, FOREIGN_STORE, KEY_REFUSED, CLOSED -> Reason.FATAL;
        };
    }

    /// The configured label of the token.
    public String token() {
        return token;
    }

    public TokenHealth.State state() {
        return state;
    }

    /// The cause alone, without the token's name; with the CKR name and number where a module gave one.
    public String words() {
        return words;
    }

    public String remedy() {
        return remedy;
    }
}
