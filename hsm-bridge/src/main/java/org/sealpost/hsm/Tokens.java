package org.sealpost.hsm;

/// Where tokens are opened.
public final class Tokens {
    private Tokens() {}

    /// Opens the token in this process. The module's library is loaded once per process and shared by all its
    /// tokens.
    ///
    /// Returns even if the token is away or its PIN is blocked: [Token#health] tells, and the token is looked for
    /// until it is closed. Waits for the first attempt, 30 seconds at most.
    ///
    /// @throws IllegalArgumentException if the module cannot be loaded or is no PKCS#11 library, or is in use with
    ///     another reserved string
    public static Token open(TokenConfig config) {
        return Pkcs11Token.open(config);
    }

    /// The same token, whose acts are told to the listener from now on as done by `by` (a person, a program). Closing
    /// either closes both.
    public static Token telling(Token token, String by, TokenListener listener) {
        return new ToldToken(token, by, listener);
    }
}
