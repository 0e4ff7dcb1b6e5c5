package org.sealpost.hsm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The PINs of a ceremony, in files beside the PIN file until the token has them, so that an interrupted run
/// can be repeated: `<pin-file>.new` is the user's, `<pin-file>.officer.new` the security officer's.
///
/// The officer's PIN is tried by the rules of the user's ([PinPolicy]): once, twice where nobody answers, each
/// try counted before it is made, and not where the token says that few tries are left. A token that has locked
/// it is lost.
final class KeptPins implements CeremonyPins, AutoCloseable {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String CHARACTERS = "23456789abcdefghjkmnpqrstuvwxyz";
    private static final String OFFICERS_TRIES = ".officer.odd";
    /// Not the PIN file's own, which knows that by its version.
    private static final String USERS_TRIES = ".new.odd";
    private static final String GIVE_IT = "give the one that its vendor or owner has set (--so-pin-file)";

    private static final String NOT_OURS =
            "the token has a user PIN, and it is not the one that is kept here: put it into ";

    private final PinFolder folder;
    private final PinFiles files;
    private final Optional<Path> given;
    private final boolean onlyGiven;
    private final boolean forgives;
    private final boolean mayBeSet;
    private final PinLatch officersLatch;
    private final PinLatch usersLatch;

    private @Nullable PinFile officer;
    private @Nullable PinFile user;

    private final Map<Who, OddRefusals> tries = new EnumMap<>(Who.class);
    private final Map<Who, OddRefusals.Try> underWay = new EnumMap<>(Who.class);

    /// @param given   holds the officer's PIN
    /// @param profile whether such a token is delivered with an officer's PIN, so that a random one is wrong,
    ///     and whether it forgives wrong ones by itself, so that no number of tries can lock it for good
    KeptPins(PinFolder folder, Optional<Path> given, Profile profile) {
        this.folder = folder;
        this.files = new PinFiles(folder);
        this.given = given;
        this.onlyGiven = profile.initialisation().officersPinIsGiven();
        this.forgives = profile.answers().unlocksByItself();
        this.mayBeSet = Files.exists(files.newPin());
        this.officersLatch = PinLatch.ofOfficer(folder);
        this.usersLatch = PinLatch.in(folder);
    }

    @Override
    public boolean mayBeSet() {
        return mayBeSet;
    }

    @Override
    public byte[] officers(TokenLabel token) throws IOException {
        requireOfficersTries(token);
        PinFile chosen = token.isInitialised() ? officerOfInitialised(token) : officerOfEmpty(token);
        wipe(officer);
        officer = chosen;
        if (officersLatch.isClosedTo(chosen.pin())) {
            throw new IOException("this security officer's PIN was refused before and is not tried again: " + GIVE_IT
                    + "; if it was the token that was wrong, delete " + officersLatch.file());
        }
        officersLatch.requireWritable();
        count(Who.OFFICER, "security officer's PIN", OFFICERS_TRIES, chosen.pin());
        return chosen.pin();
    }

    /// A login that is not answered may have been counted by the token as a wrong one.
    private void count(Who who, String whose, String ending, byte[] pin) throws IOException {
        var odd = new OddRefusals(folder, ending, pin, InstantSource.system());
        if (odd.isClosed(false)) {
            throw new IOException(OddRefusals.MAX_NEVER_TAKEN + " tries of this " + whose + " have ended without a word"
                    + " of it: the token refused under another code, or its library crashed, hung or was killed. The"
                    + " token may count each as a wrong one, so it is not tried again by itself: look at the token with"
                    + " its maker's tool, and delete " + odd.file() + " to have it tried");
        }
        tries.put(who, odd);
    }

    @Override
    public void tried(Who who) throws IOException {
        OddRefusals odd = tries.get(who);
        if (odd != null && !forgives) {
            underWay.put(who, odd.count());
        }
    }

    @Override
    public void answered(Who who, boolean taken) throws IOException {
        OddRefusals.Try counted = underWay.remove(who);
        OddRefusals odd = tries.get(who);
        if (taken && odd != null) {
            odd.forget();
        } else if (counted != null) {
            counted.takeBack();
        }
    }

    /// Nobody has given it a PIN, or its vendor has. What is given replaces what was kept: that was never
    /// taken.
    private PinFile officerOfEmpty(TokenLabel token) throws IOException {
        Path kept = files.officersPin();
        if (given.isPresent()) {
            PinFile pin = officersGiven(given.get(), token);
            if (!officersLatch.isClosedTo(pin.pin())) {
                folder.write(kept, pin.pin());
            }
            return pin;
        }
        if (onlyGiven || officersLatch.isClosed()) {
            throw new IOException("the token has a security officer's PIN already: " + GIVE_IT);
        }
        if (!Files.exists(kept)) {
            keepRandom(kept, token);
        }
        return PinFile.readEvenEmpty(kept);
    }

    /// A run before this one may have initialised it: what is kept may be the only copy of what that run has
    /// set, so nothing takes its place, whatever the token said of it.
    private PinFile officerOfInitialised(TokenLabel token) throws IOException {
        Path kept = files.officersPin();
        if (Files.exists(kept)) {
            PinFile pin = PinFile.readEvenEmpty(kept);
            if (given.isEmpty() || !officersLatch.isClosedTo(pin.pin())) {
                return pin;
            }
            pin.close();
        }
        if (given.isEmpty()) {
            throw new IOException(
                    "the token has a label and no user PIN, and its security officer's PIN is not known here: "
                            + GIVE_IT);
        }
        return officersGiven(given.get(), token);
    }

    /// An empty file is the empty PIN, where the token does not say that it wants a longer one.
    private static PinFile officersGiven(Path file, TokenLabel token) throws IOException {
        return token.minPinBytes() > 0 ? PinFile.read(file) : PinFile.readEvenEmpty(file);
    }

    @Override
    public byte[] users(TokenLabel token) throws IOException {
        Path kept = files.newPin();
        if (!Files.exists(kept)) {
            keepRandom(kept, token);
        }
        PinFile pin = PinFile.read(kept);
        if (!token.hasUserPin() && !token.takesPinOf(pin.pin().length)) {
            pin.close();
            keepRandom(kept, token);
            pin = PinFile.read(kept);
        }
        wipe(user);
        user = pin;
        boolean fewTries = token.isPinLocked() || token.isFinalTry() || token.isPinCountLow() && !usersLatch.isClosed();
        if (token.hasUserPin() && fewTries) {
            throw new IOException("the token has a user PIN, and few tries are left for it: put the right one into "
                    + folder.pinFile());
        }
        if (usersLatch.isClosedTo(pin.pin())) {
            throw new IOException(NOT_OURS + folder.pinFile());
        }
        usersLatch.requireWritable();
        if (token.hasUserPin()) {
            count(Who.USER, "user PIN", USERS_TRIES, pin.pin());
        }
        return pin.pin();
    }

    @Override
    public void officersRefused(boolean initialised, CryptokiError error) throws IOException {
        PinFile tried = officer;
        if (tried == null) {
            return;
        }
        boolean wrong = error.code().value() == ReturnCode.PIN_INCORRECT;
        officersLatch.close(tried.pin(), wrong ? PinLatch.Verdict.WRONG : PinLatch.Verdict.UNUSABLE);
        answered(Who.OFFICER, true);
        if (!mayBeSet || !initialised) {
            folder.delete(files.newPin());
        }
        if (!initialised) {
            folder.delete(files.officersPin());
        }
        throw new IOException(
                "the token refuses the security officer's PIN, which is not tried again: " + error.getMessage() + "; "
                        + GIVE_IT,
                error);
    }

    @Override
    public void usersRefused(CryptokiError error) throws IOException {
        PinFile tried = user;
        if (tried != null) {
            boolean wrong = error.code().value() == ReturnCode.PIN_INCORRECT;
            usersLatch.close(tried.pin(), wrong ? PinLatch.Verdict.WRONG : PinLatch.Verdict.UNUSABLE);
            answered(Who.USER, true);
            throw new IOException(NOT_OURS + folder.pinFile() + ": " + error.getMessage(), error);
        }
    }

    /// The token has them: the user's is the PIN file from now on, the officer's is kept nowhere.
    void areSet() throws IOException {
        folder.move(files.newPin(), folder.pinFile());
        folder.delete(files.officersPin());
        officersLatch.lift();
        for (String ending : List.of(OFFICERS_TRIES, USERS_TRIES, PinDigest.ENDING)) {
            folder.delete(folder.beside(ending));
        }
    }

    private void requireOfficersTries(TokenLabel token) throws IOException {
        // SoftHSM calls the PIN locked that an empty token has not got yet; one that is locked, no try can harm.
        if (token.isInitialised() && token.isOfficersPinLocked()) {
            throw new IOException(
                    "the token has locked its security officer's PIN: only its maker's tool may reset it");
        }
        if (token.isOfficersFinalTry()) {
            throw new IOException("only one try is left for the security officer's PIN, and that one belongs to a"
                    + " person: log in once by hand with the right one");
        }
        if (token.isOfficersCountLow() && !officersLatch.isClosed()) {
            throw new IOException(
                    "somebody else has tried a wrong security officer's PIN, and few tries are left: log in"
                            + " once by hand with the right one, which resets the count");
        }
    }

    private void keepRandom(Path file, TokenLabel token) throws IOException {
        byte[] pin = new byte[token.pinLength()];
        for (int i = 0; i < pin.length; i++) {
            pin[i] = (byte) CHARACTERS.charAt(RANDOM.nextInt(CHARACTERS.length()));
        }
        try {
            folder.write(file, pin);
        } finally {
            Arrays.fill(pin, (byte) 0);
        }
    }

    @Override
    public void close() {
        wipe(officer);
        wipe(user);
    }

    private static void wipe(@Nullable PinFile pin) {
        if (pin != null) {
            pin.close();
        }
    }
}
