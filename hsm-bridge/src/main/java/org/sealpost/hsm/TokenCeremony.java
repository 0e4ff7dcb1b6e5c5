package org.sealpost.hsm;

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

        private AlreadyInitialised(String label) {
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
        byte[] padded = padded(label);
        CryptokiModule shared = CryptokiModule.acquire(module, reserved);
        try {
            return shared.call(
                    () -> {
                        shared.ensureInitialised();
                        return prepare(shared.cryptoki(), label, padded, soPin, userPin);
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

    private static String prepare(Cryptoki cryptoki, String label, byte[] padded, byte[] soPin, byte[] userPin)
            throws CryptokiError {
        Optional<Long> unfinished = slotLabelled(cryptoki, label);
        if (unfinished.isPresent() && cryptoki.tokenLabel(unfinished.get()).hasUserPin()) {
            throw new AlreadyInitialised(label);
        }
        if (unfinished.isEmpty()) {
            initialise(cryptoki, emptySlot(cryptoki), padded, soPin);
        }
        // Looked up anew: a module may give the token another slot.
        long slot = slotLabelled(cryptoki, label)
                .orElseThrow(
                        () -> new IllegalStateException("the token \"" + label + "\" is not found after its making"));
        Session session = Session.open(cryptoki, slot, Cryptoki.READ_WRITE_SESSION);
        try {
            session.login(Cryptoki.SECURITY_OFFICER, soPin);
            session.initPin(userPin);
            session.logout();
        } finally {
            session.close();
        }
        return cryptoki.tokenLabel(slot).serial();
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

    private static Optional<Long> slotLabelled(Cryptoki cryptoki, String label) throws CryptokiError {
        for (long slot : cryptoki.slotsWithToken()) {
            TokenLabel token = cryptoki.tokenLabel(slot);
            if (token.isInitialised() && token.label().equals(label)) {
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
