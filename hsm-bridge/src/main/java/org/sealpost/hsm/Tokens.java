package org.sealpost.hsm;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/// Where tokens are opened.
public final class Tokens {
    private static final Duration LISTING = Duration.ofSeconds(30);

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
        return Pkcs11Token.open(config, Replies.ON_THREADS_OF_THEIR_OWN);
    }

    /// As [#open(TokenConfig)], but signatures are handed out on `replies`; failures still on virtual threads.
    /// `Runnable::run` completes a future on the thread that has signed, so that no other is woken: for callers
    /// who wait with `get`, or hang nothing on a future that could block, since that would keep the thread from
    /// signing.
    public static Token open(TokenConfig config, Executor replies) {
        return Pkcs11Token.open(config, replies);
    }

    /// INSECURE, for development where no module can be had: keys that lie in files in this folder, which is made if it
    /// is missing, and sign in this process. What they sign proves nothing, and description, health and log say so.
    ///
    /// @param label what the token is called
    /// @throws IllegalArgumentException if the folder cannot be made, or the label is none
    public static Token openInsecureSoftwareToken(Path folder, String label) {
        return SoftwareToken.open(folder, label);
    }

    /// The token of [#openInsecureSoftwareToken], as a module would list it.
    public static ListedToken listedInsecureSoftwareToken(String label) {
        return SoftwareToken.listed(label);
    }

    /// What runs in the driver process: as [#open], but returns before the token is open, tests these pinned keys with
    /// the first opening, completes its futures on `replies`, which must never run what blocks, and has its lanes
    /// wait for calls by `idling`.
    public static ForDriver openForDriver(TokenConfig config, List<KeySpec> pinned, Executor replies, Idling idling) {
        return Pkcs11Token.begin(config, pinned, replies, idling);
    }

    /// A token that is being opened, its keys in the order of their specs, and the serial of the token that was
    /// opened, once one was.
    public record ForDriver(Token token, List<SigningKey> keys, Supplier<Optional<String>> serial) {}

    /// The tokens that a module shows now, whoever's they are, at most 256. No PIN is used.
    ///
    /// @throws IllegalArgumentException if the module cannot be loaded or is no PKCS#11 library
    /// @throws ModuleFailed if it cannot be initialised, does not answer, or shows its slots to nobody
    public static List<ListedToken> list(Path module, Optional<String> reserved, Optional<String> profile) {
        return look(module, reserved, profile).listed();
    }

    /// As [#list], with what the module shows of itself and of its mechanisms.
    public static ListedModule look(Path module, Optional<String> reserved, Optional<String> profile) {
        CryptokiModule shared = CryptokiModule.acquire(module, reserved, profile);
        try {
            return shared.call(() -> ListedModule.of(shared), LISTING);
        } catch (CryptokiError error) {
            throw ModuleFailed.away(module + ": " + error.getMessage(), error);
        } catch (TimeoutException hangs) {
            throw ModuleFailed.timeout(module + " has not answered for " + LISTING.toSeconds() + " s", hangs);
        } finally {
            shared.release();
        }
    }

    /// The same token, whose acts are told to the listener from now on as done by `by` (a person, a program). Closing
    /// either closes both.
    public static Token telling(Token token, String by, TokenListener listener) {
        return new ToldToken(token, by, listener, InstantSource.system());
    }
}
