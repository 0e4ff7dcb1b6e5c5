package org.sealpost.hsm.driver;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeySpec;
import org.sealpost.hsm.ListedKey;
import org.sealpost.hsm.ListedModule;
import org.sealpost.hsm.ListedToken;
import org.sealpost.hsm.ModuleFailed;
import org.sealpost.hsm.ReturnCode;
import org.sealpost.hsm.TokenCeremony.EmptyToken;
import org.sealpost.hsm.TokenConfig;
import org.sealpost.hsm.TokenFailure.Reason;
import org.sealpost.hsm.TokenHealth;

/// What the two processes say to each other; [Wire] knows the bytes. Arrays belong to the message.
sealed interface Message {
    int VERSION = 2;

    /// Of a key in the greeting, its name and kind; and of all keys in it.
    int MAX_KEY_BYTES = 512;
    int ROOM_FOR_KEYS = 512 << 10;

    /// From the parent to the driver.
    sealed interface Order extends Message {}

    /// From the driver to the parent.
    sealed interface Answer extends Message {}

    /// It was not done, and why.
    sealed interface Failure extends Answer {}

    /// The first message: which token, and the keys that are known already. A key's number is its place here.
    record Hello(int version, TokenConfig config, List<KeySpec> keys) implements Order {}

    record Key(KeySpec spec) implements Order {}

    record Generate(String name, KeyKind kind) implements Order {}

    record Sign(int key, long deadlineNanos, byte[] input) implements Order {}

    record Ping() implements Order {}

    record Keys() implements Order {}

    record Destroy(String name, byte[] spki) implements Order {}

    /// Which tokens a module shows; before the greeting, and instead of it.
    record Tokens(int version, Path module, Optional<String> reserved, Optional<String> profile) implements Order {}

    record DestroyById(String name, byte[] id) implements Order {}

    record StoreCertificate(String name, byte[] spki, byte[] certificate) implements Order {}

    record Certificates(String name, byte[] spki) implements Order {}

    /// The PIN itself stays in its file.
    record ChangePin(Path newPin) implements Order {}

    /// Instead of the first message: an empty token is to be initialised, with PINs that the driver makes, or
    /// reads from their files. Nothing else is asked of this process.
    record Initialise(int version, TokenConfig config, EmptyToken wanted) implements Order {}

    /// The library is loaded; from now on there may be calls.
    record Welcome(int version, long pid) implements Answer {}

    record KeyIs(int number, byte[] spki) implements Answer {}

    record Signature(byte[] signature) implements Answer {}

    record Setback(TokenHealth.State state, String words, String remedy, Reason reason, Optional<ReturnCode> code)
            implements Failure {}

    record Refused(String key, String attribute, String words, Reason reason, Optional<ReturnCode> code)
            implements Failure {}

    /// The library cannot be loaded; the driver ends.
    record Unusable(String sentence) implements Answer {}

    record Full() implements Failure {}

    record Pong() implements Answer {}

    /// One key of several; [Done] is the end.
    record Listed(ListedKey key) implements Answer {}

    record Done() implements Answer {}

    /// One token of several; [Done] is the end.
    record TokenIs(ListedToken token) implements Answer {}

    /// Who made the module, and what the profile in force says of it; before the tokens.
    record ModuleIs(String manufacturer, String profile, List<ListedModule.Numbers> numbers) implements Answer {}

    /// The mechanisms of the token that was told before.
    record MechanismsAre(List<Long> mechanisms) implements Answer {}

    /// The private key is gone; and why the rest is not, if it is not.
    record Destroyed(Optional<String> left) implements Answer {}

    record CertificatesAre(List<byte[]> certificates) implements Answer {}

    /// The old PIN is still in force.
    record PinKept(String message, Optional<ReturnCode> code) implements Failure {}

    /// What was asked for makes no sense; or, with a reason, a library without an open token fails.
    record Wrong(String sentence, Optional<Reason> reason, Optional<ReturnCode> code) implements Failure {
        Wrong(String sentence) {
            this(sentence, Optional.empty(), Optional.empty());
        }

        /// From a library that is only looked at, or prepares an empty token.
        static Wrong of(IllegalStateException cannot) {
            String words = String.valueOf(cannot.getMessage());
            return cannot instanceof ModuleFailed failed
                    ? new Wrong(words, Optional.of(failed.reason()), failed.returnCode())
                    : new Wrong(words);
        }

        IllegalStateException thrown() {
            return reason.isPresent()
                    ? new ModuleFailed(sentence, reason.get(), code)
                    : new IllegalStateException(sentence);
        }
    }

    record Initialised(String serial) implements Answer {}

    /// A token of this label has a user PIN already; nothing was done to it.
    record AlreadyInitialised() implements Answer {}

    /// With the serial of the token that was opened, once one was.
    record Health(TokenHealth health, String description, Optional<String> serial) implements Answer {}

    /// A greeting with as many of these keys as have room in one frame.
    static Hello hello(TokenConfig config, List<KeySpec> keys) {
        int count = 0;
        for (int bytes = 0; count < keys.size(); count++) {
            KeySpec key = keys.get(count);
            bytes += MAX_KEY_BYTES + key.pinnedSpki().map(spki -> spki.length).orElse(0);
            if (bytes > ROOM_FOR_KEYS) {
                break;
            }
        }
        return new Hello(VERSION, config, List.copyOf(keys.subList(0, count)));
    }

    /// A path as it is to be found from another process.
    static String absolute(Path path) {
        return path.toAbsolutePath().toString();
    }
}
