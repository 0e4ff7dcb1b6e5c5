package org.sealpost.hsm;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/// Prepares an empty token: gives it a label, the security officer's PIN and the user's.
public final class TokenCeremony {
    private static final int LABEL_BYTES = 32;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private TokenCeremony() {}

    /// A token of this label has a user PIN already; nothing was done to it.
    public static final class AlreadyInitialised extends IllegalStateException {
        private static final long serialVersionUID = 1L;

        public AlreadyInitialised(String label) {
            super("there is a token \"" + label + "\" already, which is left as it is");
        }
    }

    /// Initialises the first empty token of the module and returns its serial.
    ///
    /// Never touches a token that is initialised. Repeatable after an interruption: a token of this label whose
    /// user PIN was not set yet gets it, with the same security officer's PIN. The PINs belong to the caller, who
    /// wipes them.
    ///
    /// @throws AlreadyInitialised if a token of this label exists
    /// @throws IllegalStateException if no token is empty, or the module refuses
    public static String initToken(Path module, Optional<String> reserved, String label, byte[] soPin, byte[] userPin) {
        return run(module, reserved, Optional.empty(), label, new Pins(soPin, userPin, false));
    }

    /// As the other, for the token that is meant to be opened with this configuration.
    public static String initToken(TokenConfig config, byte[] soPin, byte[] userPin) {
        return run(config, new Pins(soPin, userPin, false));
    }

    /// As [#initToken], after a run with the same PINs that was interrupted. Where a module does not tell
    /// whether a token's user PIN is set, the token is asked by a login with it: somebody else's token of this
    /// label loses one try by that.
    public static String resume(Path module, Optional<String> reserved, String label, byte[] soPin, byte[] userPin) {
        return run(module, reserved, Optional.empty(), label, new Pins(soPin, userPin, true));
    }

    /// As the other, for the token that is meant to be opened with this configuration.
    public static String resume(TokenConfig config, byte[] soPin, byte[] userPin) {
        return run(config, new Pins(soPin, userPin, true));
    }

    /// As [#initToken], or as [#resume] where a run before this one may have been interrupted, with PINs that are in
    /// memory here only: the user's is read from the file `usersPin`, and not from that of the configuration.
    ///
    /// @throws IllegalStateException also if a file holds no PIN
    public static String initToken(TokenConfig config, PinsInFiles pins) {
        try (PinFile officer = PinFile.read(pins.officers());
                PinFile user = PinFile.read(pins.users())) {
            return run(config, new Pins(officer.pin(), user.pin(), pins.tried()));
        } catch (IOException noPin) {
            throw new IllegalStateException(noPin.getMessage(), noPin);
        }
    }

    /// Files that hold one PIN each.
    ///
    /// @param tried whether an earlier run may have set them
    public record PinsInFiles(Path officers, Path users, boolean tried) {}

    /// @param tried whether an earlier run may have set them
    private record Pins(byte[] officer, byte[] user, boolean tried) {}

    private static String run(TokenConfig config, Pins pins) {
        return run(config.module(), config.reserved(), config.profile(), config.label(), pins);
    }

    private static String run(
            Path module, Optional<String> reserved, Optional<String> profile, String label, Pins pins) {
        byte[] padded = padded(label);
        CryptokiModule shared = CryptokiModule.acquire(module, reserved, profile);
        try {
            return shared.call(
                    () -> {
                        initialiseLibrary(shared);
                        return prepare(shared, label, padded, pins);
                    },
                    PATIENCE);
        } catch (CryptokiError refused) {
            throw new IllegalStateException("token \"" + label + "\": " + refused.getMessage(), refused);
        } catch (TimeoutException hangs) {
            throw new IllegalStateException(module + " has not answered for " + PATIENCE.toSeconds() + " s", hangs);
        } finally {
            shared.release();
        }
    }

    private static void initialiseLibrary(CryptokiModule shared) throws CryptokiError {
        try {
            shared.ensureInitialised();
        } catch (CryptokiError unusable) {
            if (!TpmStore.removeIfEmpty()) {
                throw unusable;
            }
            shared.ensureInitialised();
        }
    }

    private static String prepare(CryptokiModule shared, String label, byte[] padded, Pins pins) throws CryptokiError {
        Cryptoki cryptoki = shared.cryptoki();
        Optional<Long> unfinished = slotLabelled(cryptoki, label, true);
        if (unfinished.isPresent() && hasUserPin(shared, unfinished.get(), pins)) {
            throw new AlreadyInitialised(label);
        }
        if (unfinished.isEmpty()) {
            initialise(cryptoki, emptySlot(cryptoki), padded, pins.officer());
        }
        // Looked up anew: a module may give the token another slot, and NSS does not call a token initialised before
        // it has a user PIN.
        long slot = slotLabelled(cryptoki, label, false)
                .orElseThrow(
                        () -> new IllegalStateException("the token \"" + label + "\" is not found after its making"));
        Session session = Session.open(cryptoki, slot, Cryptoki.READ_WRITE_SESSION);
        try {
            session.login(Cryptoki.SECURITY_OFFICER, pins.officer());
            session.initPin(pins.user());
            session.logout();
        } finally {
            session.close();
        }
        return cryptoki.tokenLabel(slot).serial();
    }

    private static boolean hasUserPin(CryptokiModule shared, long slot, Pins pins) throws CryptokiError {
        boolean told = shared.cryptoki().tokenLabel(slot).hasUserPin();
        if (!told || shared.profile().answers().toldPinIsSet() || !pins.tried()) {
            return told;
        }
        Session session = Session.open(shared.cryptoki(), slot, Cryptoki.READ_WRITE_SESSION);
        try {
            session.login(Cryptoki.USER, pins.user());
            session.logout();
            return true;
        } catch (CryptokiError error) {
            if (error.code().value() == ReturnCode.USER_PIN_NOT_INITIALIZED) {
                return false;
            }
            throw error;
        } finally {
            session.close();
        }
    }

    private static void initialise(Cryptoki cryptoki, long slot, byte[] padded, byte[] soPin) throws CryptokiError {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pin = arena.allocateFrom(ValueLayout.JAVA_BYTE, soPin);
            try {
                cryptoki.initToken(slot, pin, arena.allocateFrom(ValueLayout.JAVA_BYTE, padded));
            } finally {
                pin.fill((byte) 0);
            }
        }
    }

    private static Optional<Long> slotLabelled(Cryptoki cryptoki, String label, boolean initialised)
            throws CryptokiError {
        for (long slot : cryptoki.slotsWithToken()) {
            TokenLabel token = cryptoki.tokenLabel(slot);
            if ((token.isInitialised() || !initialised) && token.label().equals(label)) {
                return Optional.of(slot);
            }
        }
        return Optional.empty();
    }

    private static long emptySlot(Cryptoki cryptoki) throws CryptokiError {
        for (long slot : cryptoki.slotsWithToken()) {
            if (!cryptoki.tokenLabel(slot).isInitialised()) {
                return slot;
            }
        }
        throw new IllegalStateException("the module shows no empty token");
    }

    private static byte[] padded(String label) {
        byte[] bytes = label.getBytes(StandardCharsets.UTF_8);
        if (label.isBlank() || bytes.length > LABEL_BYTES) {
            throw new IllegalArgumentException("a token's label has 1 to 32 bytes: \"" + label + "\"");
        }
        byte[] padded = Arrays.copyOf(bytes, LABEL_BYTES);
        Arrays.fill(padded, bytes.length, LABEL_BYTES, (byte) ' ');
        return padded;
    }
}
