package org.sealpost.hsm;

/// The token cannot do it now: it is away, too slow, or waits for another PIN. Nothing is wrong with the request;
/// try again later. Carries the token's name, its state and what a person can do.
public final class TokenSetback extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String token;
    private final TokenHealth.State state;
    private final String reason;
    private final String remedy;

    /// For whoever implements [Token].
    public TokenSetback(String token, TokenHealth.State state, String reason, String remedy) {
        super("token \"" + token + "\" is " + state + ": " + reason);
        this.token = token;
        this.state = state;
        this.reason = reason;
        this.remedy = remedy;
    }

    TokenSetback(String token, TokenHealth.State state, String reason, String remedy, Throwable cause) {
        this(token, state, reason, remedy);
        initCause(cause);
    }

    /// The same setback as seen by another caller, so that stack traces and suppressed exceptions are not shared.
    public TokenSetback again() {
        return new TokenSetback(token, state, reason, remedy, this);
    }

    /// The configured label of the token.
    public String token() {
        return token;
    }

    public TokenHealth.State state() {
        return state;
    }

    /// The cause alone, without the token's name; with the CKR name and number where a module gave one.
    public String reason() {
        return reason;
    }

    public String remedy() {
        return remedy;
    }
}
