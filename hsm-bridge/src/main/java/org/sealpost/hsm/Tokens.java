package org.sealpost.hsm;

import java.util.List;
import java.util.concurrent.Executor;

/// Where tokens are opened.
public final class Tokens {
    private Tokens() {}

    /// Opens the token in this process. The module's library is loaded once per process and shared by all its
    /// tokens. If the library crashes, so does this process; a `RemoteToken` keeps it in another one.
    ///
    /// Returns even if the token is away or its PIN is blocked: [Token#health] tells, and the token is looked for
    /// until it is closed. Waits for the first attempt, 30 seconds at most.
    ///
    /// @throws IllegalArgumentException if the module cannot be loaded or is no PKCS#11 library, or is in use with
    ///     another reserved string
    public static Token open(TokenConfig config) {
        return Pkcs11Token.open(config);
    }

    /// What runs in the driver process: as [#open], but returns before the token is open, tests these pinned keys with
    /// the first opening, and completes its futures on `replies`, which must never run what blocks.
    public static ForDriver openForDriver(TokenConfig config, List<KeySpec> pinned, Executor replies) {
        return Pkcs11Token.begin(config, pinned, replies);
    }

    /// A token that is being opened, and its keys in the order of their specs.
    public record ForDriver(Token token, List<SigningKey> keys) {}
}
