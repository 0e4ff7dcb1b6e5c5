package org.sealpost.hsm;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeoutException;
import org.sealpost.hsm.CeremonyPins.Who;

/// Prepares an empty token: gives it a label, the security officer's PIN and the user's.
public final class TokenCeremony {
    private static final int LABEL_BYTES = 32;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private TokenCeremony() {}

    /// A token of this label has a user PIN already; nothing was done to it.
    public static final class AlreadyInitialised extends IllegalStateException {
        private static final long serialVersionUID = 1L;

        private final String serial;

        public AlreadyInitialised(String label) {
            this(label, "");
        }

        private AlreadyInitialised(String label, String serial) {
            super("there is a token \"" + label + "\" already, which is left as it is");
            this.serial = serial;
        }
    }

    /// Which empty token, and by whose leave.
    ///
    /// @param officersPin file of the security officer's PIN; without it a random one is set, and kept nowhere
    /// @param slot        of the token, as [Tokens#list] tells it; needed where more than one is empty and
    ///     their serials do not tell which is meant
    public record EmptyToken(Optional<Path> officersPin, OptionalLong slot) {
        /// The only one, with a random officer's PIN.
        public static final EmptyToken ONLY = new EmptyToken(Optional.empty(), OptionalLong.empty());
    }

    /// Initialises an empty token, so that it can be opened with this configuration, and returns its serial.
    /// The PIN file is made by this, with a random PIN of a length that the token takes.
    ///
    /// Never touches a token that has a user PIN. Repeatable after an interruption: what was begun is ended
    /// with the same PINs, which are kept beside the PIN file until then. No PIN is tried that was refused
    /// before.
    ///
    /// @throws AlreadyInitialised if a token of this label has a user PIN, by somebody else's doing
    /// @throws IllegalArgumentException if the module cannot be loaded or is no PKCS#11 library
    /// @throws IllegalStateException if there is a PIN file, or not exactly one empty token is meant; as
    ///     [ModuleFailed], with what the module returned, if that refuses or does not answer
    public static String initToken(TokenConfig config, EmptyToken wanted) {
        if (config.pin().isCredential()) {
            throw new IllegalStateException("the PIN comes from the systemd credential " + config.pinFile()
                    + ", which nothing here can write: prepare the token with the PIN in a file, and give the service"
                    + " that file as its credential");
        }
        var folder = new PinFolder(config.pin());
        try (var _ = lock(folder)) {
            if (Files.exists(config.pinFile())) {
                throw new IllegalStateException(
                        config.pinFile() + " is there already, so the token is taken to be initialised");
            }
            var meant = new MeantToken(config.label(), config.serial(), wanted.slot());
            return run(
                    config.module(),
                    config.reserved(),
                    config.profile(),
                    meant,
                    shared -> prepareWithKeptPins(shared, meant, folder, wanted.officersPin()));
        } catch (IOException unusable) {
            throw new IllegalStateException(unusable.getMessage(), unusable);
        }
    }

    private static PinLock lock(PinFolder folder) throws IOException {
        return folder.lock()
                .orElseThrow(() -> ModuleFailed.busy(
                        "another process prepares the token of " + folder.pinFile() + ", or logs in to it"));
    }

    private static String prepareWithKeptPins(
            CryptokiModule shared, MeantToken meant, PinFolder folder, Optional<Path> officersPin)
            throws CryptokiError, IOException {
        try (var pins = new KeptPins(folder, officersPin, shared.profile())) {
            String serial;
            try {
                serial = prepare(shared, meant, pins);
            } catch (AlreadyInitialised there) {
                // By the run before this one, whose PIN it then is.
                if (!pins.mayBeSet()) {
                    throw there;
                }
                serial = there.serial;
            }
            pins.areSet();
            return serial;
        }
    }

    /// As the other, with PINs that belong to the caller, who wipes them; for the only empty token of the
    /// module.
    ///
    /// A token of this label whose user PIN was not set yet gets it, with the same security officer's PIN.
    public static String initToken(Path module, Optional<String> reserved, String label, byte[] soPin, byte[] userPin) {
        return run(module, reserved, label, new CeremonyPins.InMemory(soPin, userPin, false));
    }

    /// As the other, after a run with the same PINs that was interrupted. Where a module does not tell whether
    /// a token's user PIN is set, the token is asked by a login with it: somebody else's token of this label
    /// loses one try by that.
    public static String resume(Path module, Optional<String> reserved, String label, byte[] soPin, byte[] userPin) {
        return run(module, reserved, label, new CeremonyPins.InMemory(soPin, userPin, true));
    }

    private static String run(Path module, Optional<String> reserved, String label, CeremonyPins pins) {
        var meant = new MeantToken(label, Optional.empty(), OptionalLong.empty());
        return run(module, reserved, Optional.empty(), meant, shared -> prepare(shared, meant, pins));
    }

    private interface Work {
        String with(CryptokiModule shared) throws CryptokiError, IOException;
    }

    private static String run(
            Path module, Optional<String> reserved, Optional<String> profile, MeantToken meant, Work work) {
        CryptokiModule shared = CryptokiModule.acquire(module, reserved, profile);
        try {
            return shared.call(
                    () -> {
                        initialiseLibrary(shared, meant);
                        try {
                            return work.with(shared);
                        } catch (IOException inWords) {
                            String words = String.valueOf(inWords.getMessage());
                            throw TokenFailure.codeIn(inWords) == null
                                    ? new IllegalStateException(words, inWords)
                                    : ModuleFailed.refused(words, inWords);
                        }
                    },
                    PATIENCE);
        } catch (CryptokiError refused) {
            throw ModuleFailed.refused("token \"" + meant.label() + "\": " + refused.getMessage(), refused);
        } catch (TimeoutException hangs) {
            throw ModuleFailed.timeout(module + " has not answered for " + PATIENCE.toSeconds() + " s", hangs);
        } finally {
            shared.release();
        }
    }

    private static void initialiseLibrary(CryptokiModule shared, MeantToken meant) {
        try {
            try {
                shared.ensureInitialised();
            } catch (CryptokiError unusable) {
                if (!TpmStore.removeIfEmpty()) {
                    throw unusable;
                }
                shared.ensureInitialised();
            }
        } catch (CryptokiError unusable) {
            throw ModuleFailed.away("token \"" + meant.label() + "\": " + unusable.getMessage(), unusable);
        }
    }

    private static String prepare(CryptokiModule shared, MeantToken meant, CeremonyPins pins)
            throws CryptokiError, IOException {
        Cryptoki cryptoki = shared.cryptoki();
        Map<Long, TokenLabel> before = tokens(cryptoki);
        Optional<Long> unfinished = meant.labelled(before);
        long slot = unfinished.isPresent() ? unfinished.get() : meant.empty(before);
        TokenLabel token = before.get(slot);
        if (unfinished.isPresent() && hasUserPin(shared, slot, token, pins)) {
            throw new AlreadyInitialised(meant.label(), token.serial());
        }
        byte[] officer = pins.officers(token);
        byte[] user = pins.users(token);
        if (unfinished.isEmpty()) {
            initialise(cryptoki, slot, padded(meant.label()), officer, pins);
            slot = labelledNow(cryptoki, meant, slot, before);
        }
        Session session = Session.open(cryptoki, slot, Cryptoki.READ_WRITE_SESSION);
        try {
            loginOfficer(session, shared.profile().answers(), officer, pins);
            session.initPin(user);
            session.logout();
        } finally {
            session.close();
        }
        return cryptoki.tokenLabel(slot).serial();
    }

    private static Map<Long, TokenLabel> tokens(Cryptoki cryptoki) throws CryptokiError {
        Map<Long, TokenLabel> tokens = new LinkedHashMap<>();
        for (long slot : cryptoki.slotsWithToken()) {
            tokens.put(slot, cryptoki.tokenLabel(slot));
        }
        return tokens;
    }

    /// Looked up anew: a module may give the token another slot, and NSS does not call a token initialised
    /// before it has a user PIN.
    private static long labelledNow(Cryptoki cryptoki, MeantToken meant, long slot, Map<Long, TokenLabel> before)
            throws CryptokiError {
        Map<Long, TokenLabel> now = tokens(cryptoki);
        List<Long> labelled = now.keySet().stream()
                .filter(each -> now.get(each).label().equals(meant.label()))
                .toList();
        return labelled.contains(slot)
                ? slot
                : labelled.stream()
                        .filter(each -> !now.get(each).equals(before.get(each)))
                        .findFirst()
                        .orElseThrow(() -> new IllegalStateException(
                                "the token \"" + meant.label() + "\" is not found after its making"));
    }

    private static boolean hasUserPin(CryptokiModule shared, long slot, TokenLabel token, CeremonyPins pins)
            throws CryptokiError, IOException {
        boolean told = token.hasUserPin();
        if (!told || shared.profile().answers().toldPinIsSet() || !pins.mayBeSet()) {
            return told;
        }
        Session session = Session.open(shared.cryptoki(), slot, Cryptoki.READ_WRITE_SESSION);
        try {
            byte[] user = pins.users(token);
            pins.tried(Who.USER);
            try {
                session.login(Cryptoki.USER, user);
            } catch (CryptokiError error) {
                boolean unset = error.code().value() == ReturnCode.USER_PIN_NOT_INITIALIZED;
                if (!unset && PinPolicy.isOfThePin(session, shared.profile().answers(), error)) {
                    pins.usersRefused(error);
                }
                if (unset || saysNothing(session, error)) {
                    pins.answered(Who.USER, false);
                }
                if (unset) {
                    return false;
                }
                throw error;
            }
            pins.answered(Who.USER, true);
            session.logout();
            return true;
        } finally {
            session.close();
        }
    }

    /// Whether a login that was refused under this code has surely not been counted: the token is gone.
    private static boolean saysNothing(Session session, CryptokiError error) {
        return error.code().saysGone() || !PinPolicy.isThere(session);
    }

    private static boolean isThere(Cryptoki cryptoki, long slot) {
        try {
            cryptoki.tokenLabel(slot);
            return true;
        } catch (CryptokiError gone) {
            return false;
        }
    }

    private static void initialise(Cryptoki cryptoki, long slot, byte[] padded, byte[] officer, CeremonyPins pins)
            throws CryptokiError, IOException {
        pins.tried(Who.OFFICER);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pin = arena.allocateFrom(ValueLayout.JAVA_BYTE, officer);
            try {
                cryptoki.initToken(slot, pin, arena.allocateFrom(ValueLayout.JAVA_BYTE, padded));
            } finally {
                pin.fill((byte) 0);
            }
        } catch (CryptokiError error) {
            if (error.remedy() == ReturnCode.Remedy.PIN || error.code().saysTooWeak()) {
                pins.officersRefused(false, error);
            }
            boolean refused = error.remedy() == ReturnCode.Remedy.REFUSE;
            if (refused || error.code().saysGone() || !isThere(cryptoki, slot)) {
                pins.answered(Who.OFFICER, false);
            }
            throw error;
        }
        pins.answered(Who.OFFICER, true);
    }

    private static void loginOfficer(Session session, Profile.Answers answers, byte[] officer, CeremonyPins pins)
            throws CryptokiError, IOException {
        pins.tried(Who.OFFICER);
        try {
            session.login(Cryptoki.SECURITY_OFFICER, officer);
        } catch (CryptokiError error) {
            if (PinPolicy.isOfThePin(session, answers, error)) {
                pins.officersRefused(true, error);
            }
            if (saysNothing(session, error)) {
                pins.answered(Who.OFFICER, false);
            }
            throw error;
        }
        pins.answered(Who.OFFICER, true);
    }

    private static byte[] padded(String label) {
        TokenConfig.requireLabel(label);
        byte[] bytes = label.getBytes(StandardCharsets.UTF_8);
        byte[] padded = Arrays.copyOf(bytes, LABEL_BYTES);
        Arrays.fill(padded, bytes.length, LABEL_BYTES, (byte) ' ');
        return padded;
    }
}
