package org.sealpost.hsm;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Logs in to a token so that its PIN can never be worn out: one try per PIN that an operator supplied, none when
/// the token says that few are left.
final class PinPolicy {
    /// A try at a locked chip costs nothing.
    static final Duration WHILE_LOCKED = Duration.ofMinutes(1);
    /// A try at a chip that is not the store's may count as a wrong PIN, and chips forgive one in two hours or
    /// less.
    static final Duration WHILE_FOREIGN = Duration.ofHours(6);

    private static final int SIGNS_OF_A_FOREIGN_STORE = 2;

    private final String token;
    private final PinFolder folder;
    private final Path pinFile;
    private final PinFiles files;
    private final PinLatch latch;
    private final LongSupplier nanoTime;
    private final OddRefusals odd;
    private final TakenPin taken;

    // Owned by the control thread.
    private @Nullable Pause pause;
    private int foreignSigns;
    /// What the token said to the PIN that is latched, so that each later look says the same; null where another
    /// process heard it.
    private @Nullable TokenSetback refusal;

    /// Which version of the PIN file holds the PIN that the token took last.
    private @Nullable String accepted;

    /// No login is tried before its end.
    private record Pause(TokenSetback reason, long endNanos) {
        boolean isOver(long nanos) {
            return nanos - endNanos >= 0;
        }
    }

    PinPolicy(String token, PinFolder folder, LongSupplier nanoTime) {
        this.token = token;
        this.folder = folder;
        this.pinFile = folder.pinFile();
        this.files = new PinFiles(folder);
        this.latch = PinLatch.in(folder);
        this.nanoTime = nanoTime;
        this.odd = new OddRefusals(folder, InstantSource.system());
        this.taken = new TakenPin(folder);
    }

    /// Logs the user in; control thread only.
    ///
    /// @throws TokenSetback PIN_BLOCKED, if the PIN is refused or must not be tried
    /// @throws CryptokiError if the login failed for another reason
    /// @throws TokenSetback LOCKED_OUT or FOREIGN_STORE, if the chip refuses whatever the PIN is; RECOVERING at
    ///     the first sign of a foreign store, which may pass with a new initialisation
    void login(Session session, TokenLabel found, Profile.Answers answers) throws CryptokiError {
        if (!found.needsLogin()) {
            return;
        }
        Pause waiting = pause;
        if (waiting != null && !waiting.isOver(nanoTime.getAsLong())) {
            throw waiting.reason().again();
        }
        try (var _ = lock()) {
            // Once more, since another process may have tried a PIN meanwhile.
            TokenLabel label = session.tokenLabel();
            requireTriesLeft(label);
            requireNoOddRefusals(isHardlyWrong(label, answers));
            if (files.isChanging()) {
                settleChange(session, label, answers);
            } else {
                loginWithPinFile(session, label, answers);
            }
            foreignSigns = 0;
            pause = null;
        } catch (IOException unusable) {
            throw blocked(
                    String.valueOf(unusable.getMessage()), "Correct the file or its folder's permissions.", unusable);
        }
    }

    private PinLock lock() throws IOException {
        return files.lock()
                .orElseThrow(() -> new TokenSetback(
                        token,
                        TokenHealth.State.RECOVERING,
                        "another process logs in with " + pinFile + ", or changes it",
                        HealthBoard.LOOKED_FOR));
    }

    private void loginWithPinFile(Session session, TokenLabel label, Profile.Answers answers)
            throws CryptokiError, IOException {
        // Before the PIN is read: who writes it anew meanwhile makes another version.
        String version = folder.pinVersion();
        try (PinFile file = PinFile.read(pinFile)) {
            requireUntried(file.pin(), pinFile);
            if (isAccepted(session, label, file.pin(), pinFile, answers)) {
                taken.note(version, label.serial());
                settled();
            }
        }
    }

    /// The token took the PIN that is in the PIN file.
    private void settled() throws IOException {
        latch.lift();
        files.removeLeftovers();
    }

    private void requireUntried(byte[] pin, Path from) throws IOException {
        if (latch.isClosedTo(pin)) {
            throw refusedBefore(from);
        }
        requireMemory();
    }

    private TokenSetback refusedBefore(Path from) {
        TokenSetback said = refusal;
        if (said != null) {
            return said.again();
        }
        return blocked(
                "the PIN in " + from + " was refused before and is not tried again",
                folder.place().supply(),
                null);
    }

    private void requireMemory() throws IOException {
        // Known before the try: a refusal that cannot be remembered would be repeated at each restart.
        latch.requireWritable();
    }

    // ---- a change of PIN (docs/hsm.md has its states) ----

    /// Changes the PIN of the user, who is logged in; control thread only.
    ///
    /// @throws PinRefused if the old PIN is still in force, for certain
    /// @throws CryptokiError if nobody knows which is; the next login settles it
    void change(Session readWrite, Profile.Answers answers, Path newPin) throws CryptokiError {
        if (folder.place().isCredential()) {
            throw new PinRefused("the PIN comes from the systemd credential " + pinFile + ", which nothing here can"
                    + " write: change it with the PIN in a file, and give the service that file as its credential");
        }
        try (var _ = lock();
                PinFile old = PinFile.read(pinFile);
                PinFile fresh = readNew(newPin)) {
            requireTriesLeft(readWrite.tokenLabel());
            if (files.isChanging()) {
                throw new TokenSetback(
                        token,
                        TokenHealth.State.RECOVERING,
                        "a change of PIN before this one was interrupted, and is settled at the next login",
                        HealthBoard.LOOKED_FOR);
            }
            if (Arrays.equals(old.pin(), fresh.pin())) {
                throw new PinRefused("the new PIN is the old one: choose another");
            }
            requireUntried(old.pin(), pinFile);
            files.announce(fresh.pin());
            askForChange(readWrite, answers, old.pin(), fresh.pin());
            files.promote();
            latch.lift();
        } catch (IOException unusable) {
            throw new TokenSetback(
                    token,
                    TokenHealth.State.RECOVERING,
                    "the PIN was not changed, or not for certain: " + unusable.getMessage(),
                    "Correct the file or its folder's permissions; the next login settles which PIN is in force.",
                    unusable);
        }
    }

    private static PinFile readNew(Path newPin) {
        try {
            return PinFile.read(newPin);
        } catch (IOException unusable) {
            throw new PinRefused("the new PIN cannot be used: " + unusable.getMessage());
        }
    }

    private void askForChange(Session readWrite, Profile.Answers answers, byte[] old, byte[] fresh)
            throws CryptokiError, IOException {
        PinLatch.Ready ready = latch.ready(old);
        try {
            readWrite.setPin(old, fresh);
        } catch (CryptokiError error) {
            long code = error.code().value();
            boolean oldIsWrong = code == ReturnCode.PIN_INCORRECT && (!answers.blamesThePin() || answers(readWrite));
            boolean newIsWrong = code == ReturnCode.PIN_INVALID
                    || code == ReturnCode.PIN_LEN_RANGE
                    || error.code().saysTooWeak();
            refusal = null;
            if (!oldIsWrong && !newIsWrong && error.remedy() != ReturnCode.Remedy.REFUSE) {
                throw error;
            }
            try {
                if (oldIsWrong) {
                    // Before the new PIN goes; what is remembered says that the token has not got it.
                    latch.close(old, ready, PinLatch.Verdict.NOT_CHANGED);
                }
            } finally {
                files.drop();
            }
            throw new PinRefused(
                    oldIsWrong
                            ? "the PIN in " + pinFile + " is not the token's: " + error.getMessage() + "; "
                                    + folder.place().supply()
                            : newIsWrong
                                    ? "the token does not take this PIN: " + error.getMessage()
                                            + "; choose one of another length or with other characters"
                                    : "the token does not change its PIN this way: " + error.getMessage()
                                            + "; use its maker's tool",
                    Optional.of(error.code()));
        }
    }

    /// A change was cut off between the two: the token has either PIN, and PKCS#11 has no way to ask which but
    /// a login. The old one is tried first, and never again if it was refused; so at most one try is lost,
    /// which the next login makes good. Neither file goes before the token has taken the other's PIN.
    private void settleChange(Session session, TokenLabel label, Profile.Answers answers)
            throws CryptokiError, IOException {
        try (PinFile old = PinFile.read(pinFile)) {
            Optional<PinLatch.Verdict> known = latch.verdict(old.pin());
            boolean wrong = known.isPresent() && isKnownAsWrong(known.get(), label);
            if (wrong || isRefusedAsWrong(session, label, old.pin(), answers)) {
                tryNew(session, label, answers);
            }
        }
    }

    private boolean isKnownAsWrong(PinLatch.Verdict verdict, TokenLabel label) throws IOException {
        return switch (verdict) {
            case WRONG -> true;
            // Cut off between a refusal and its note: the token counted it, and an accepted PIN would have set
            // its count back.
            case TRIED -> label.isPinCountLow();
            case NOT_CHANGED -> {
                files.drop();
                throw refusedBefore(pinFile);
            }
            case UNUSABLE ->
                throw blocked(
                        "the PIN in " + pinFile + " was refused before, and not as a wrong one; a change of PIN was"
                                + " interrupted, so that the token has this one or that in " + files.next(),
                        "Log in once by hand: put the one that the token takes into the PIN file, and delete "
                                + latch.file() + ".",
                        null);
        };
    }

    private boolean isRefusedAsWrong(Session session, TokenLabel label, byte[] old, Profile.Answers answers)
            throws CryptokiError, IOException {
        requireMemory();
        if (!label.isPinCountLow()) {
            latch.close(old, PinLatch.Verdict.TRIED);
        }
        try {
            if (isAccepted(session, label, old, pinFile, answers)) {
                files.drop();
                settled();
            }
            return false;
        } catch (TokenSetback refused) {
            boolean wrong = refused.state() == TokenHealth.State.PIN_BLOCKED
                    && refused.getCause() instanceof CryptokiError error
                    && error.code().value() == ReturnCode.PIN_INCORRECT;
            if (wrong) {
                return true;
            }
            throw refused;
        }
    }

    /// The token has not the old PIN.
    private void tryNew(Session session, TokenLabel label, Profile.Answers answers) throws CryptokiError, IOException {
        try (PinFile fresh = PinFile.read(files.next())) {
            requireTriesLeft(session.tokenLabel());
            requireUntried(fresh.pin(), files.next());
            if (isAccepted(session, label, fresh.pin(), files.next(), answers)) {
                files.promote();
                settled();
            }
        }
    }

    /// Whether the token took this PIN; false if the user was logged in already, so that nothing is known of the
    /// PIN.
    private boolean isAccepted(Session session, TokenLabel label, byte[] pin, Path from, Profile.Answers answers)
            throws CryptokiError, IOException {
        String file = from + " " + folder.pinVersion();
        // The hash is slow, and a PIN that was taken before is hardly refused: a token that is back is open at once.
        PinLatch.Ready ready = file.equals(accepted) ? null : latch.ready(pin);
        // Counted before it is tried: a library that breaks in the call takes this process with it, and the next
        // one would try again.
        Optional<OddRefusals.Try> counted = isHardlyWrong(label, answers) ? Optional.empty() : Optional.of(odd.count());
        try {
            session.login(Cryptoki.USER, pin);
            accepted = file;
            odd.forget();
            return true;
        } catch (CryptokiError error) {
            if (error.code().value() == ReturnCode.USER_ALREADY_LOGGED_IN) {
                // No PIN was looked at, whether it is true or not.
                takeBack(counted);
                if (isUser(session, error)) {
                    return false;
                }
                throw error;
            }
            try {
                requireThatThePinIsMeant(session, answers, error);
            } catch (TokenSetback notMeant) {
                takeBack(counted);
                throw notMeant;
            }
            if (error.remedy() == ReturnCode.Remedy.PIN) {
                throw refused(pin, from, ready, error);
            }
            if (error.code().saysGone() || !isThere(session)) {
                takeBack(counted);
            } else if (counted.isEmpty()) {
                odd.count();
            }
            throw error;
        }
    }

    /// Asked, since without a login private keys are hidden, and a pinned one seems to be gone.
    private static boolean isUser(Session session, CryptokiError claimed) {
        try {
            return session.isUser();
        } catch (CryptokiError unsaid) {
            claimed.addSuppressed(unsaid);
            return false;
        }
    }

    private static void takeBack(Optional<OddRefusals.Try> counted) throws IOException {
        if (counted.isPresent()) {
            counted.get().takeBack();
        }
    }

    private TokenSetback refused(byte[] pin, Path from, PinLatch.@Nullable Ready ready, CryptokiError error)
            throws IOException {
        boolean wrong = error.code().value() == ReturnCode.PIN_INCORRECT;
        var said = blocked(
                error.getMessage() + "; the PIN in " + from + " is not tried again",
                folder.place().supply(),
                error);
        refusal = said;
        PinLatch.Verdict verdict = wrong ? PinLatch.Verdict.WRONG : PinLatch.Verdict.UNUSABLE;
        if (ready == null) {
            latch.close(pin, verdict);
        } else {
            latch.close(pin, ready, verdict);
        }
        odd.forget();
        taken.forget();
        return said;
    }

    /// Whether a login with the PIN file may go without a note: the token has taken this PIN before, and no change
    /// of PIN has come between; or it is a chip that forgives wrong PINs by itself, which no number of tries can
    /// lock for good.
    private boolean isHardlyWrong(TokenLabel label, Profile.Answers answers) throws IOException {
        return answers.unlocksByItself() || !files.isChanging() && taken.is(folder.pinVersion(), label.serial());
    }

    private void requireNoOddRefusals(boolean takenBefore) throws IOException {
        if (odd.isClosed(takenBefore)) {
            throw blocked(
                    (takenBefore ? OddRefusals.MAX : OddRefusals.MAX_NEVER_TAKEN)
                            + " logins have ended without a word of the PIN: the token refused under another code, or"
                            + " its library crashed, hung or was killed. The token may count each as a wrong PIN; "
                            + (takenBefore
                                    ? "the next is tried " + OddRefusals.PAUSE.toHours() + " hours after the last"
                                    : "it has never taken the one in the PIN file, and that is not tried again by itself"),
                    "Look at the token with its maker's tool. To have the PIN tried at once, "
                            + (folder.place().isCredential() ? "supply another one" : "write the PIN file anew")
                            + " or delete " + odd.file() + ".",
                    null);
        }
    }

    /// Whether the token answers anything at all, be it that it wants a login first or cannot do it.
    static boolean isThere(Session session) {
        try {
            session.random(8);
            return true;
        } catch (CryptokiError said) {
            return said.code().value() == ReturnCode.USER_NOT_LOGGED_IN
                    || said.code().value() == ReturnCode.RANDOM_NO_RNG
                    || said.remedy() == ReturnCode.Remedy.REFUSE;
        }
    }

    /// Some chips refuse a login for reasons of their own, under names of errors that read like ours.
    private void requireThatThePinIsMeant(Session session, Profile.Answers answers, CryptokiError error)
            throws CryptokiError {
        long code = error.code().value();
        if (answers.unlocksByItself() && code == ReturnCode.PIN_LOCKED) {
            throw pause(
                    WHILE_LOCKED,
                    TokenHealth.State.LOCKED_OUT,
                    "the chip has locked itself against guessing, which power cuts count towards: "
                            + error.getMessage(),
                    "Nothing: it opens by itself, within minutes to hours, and is asked each minute. The PIN is not to blame.",
                    error);
        }
        if (answers.blamesThePin() && code == ReturnCode.PIN_INCORRECT && !answers(session)) {
            throw new TokenSetback(
                    token,
                    TokenHealth.State.ABSENT,
                    "the chip went away during the login: " + error.getMessage(),
                    HealthBoard.LOOKED_FOR,
                    error);
        }
        if (answers.storeNeedsItsChip() && code == ReturnCode.GENERAL_ERROR && answers(session)) {
            if (++foreignSigns < SIGNS_OF_A_FOREIGN_STORE) {
                String again = "the chip answers, but refuses the store: " + error.getMessage() + "; asked once more";
                throw new TokenSetback(token, TokenHealth.State.RECOVERING, again, HealthBoard.LOOKED_FOR, error);
            }
            throw pause(
                    WHILE_FOREIGN,
                    TokenHealth.State.FOREIGN_STORE,
                    "the token's store was made by another chip, or this chip was cleared: it answers, but "
                            + error.getMessage(),
                    "Put the disk back into its own box. If its chip is lost, its keys are: set up a new origin.",
                    error);
        }
    }

    /// Whether an error of a login says something of the PIN, and not of the chip.
    static boolean isOfThePin(Session session, Profile.Answers answers, CryptokiError error) {
        long code = error.code().value();
        boolean locksItself = answers.unlocksByItself() && code == ReturnCode.PIN_LOCKED;
        boolean wentAway = answers.blamesThePin() && code == ReturnCode.PIN_INCORRECT && !answers(session);
        return error.remedy() == ReturnCode.Remedy.PIN && !locksItself && !wentAway;
    }

    /// Whether the chip itself can be reached: a library may hold everything else in its memory.
    private static boolean answers(Session session) {
        try {
            session.random(8);
            return true;
        } catch (CryptokiError silent) {
            return false;
        }
    }

    private TokenSetback pause(
            Duration length, TokenHealth.State state, String words, String remedy, CryptokiError error) {
        var setback = new TokenSetback(token, state, words, remedy, error);
        pause = new Pause(setback, nanoTime.getAsLong() + length.toNanos());
        return setback;
    }

    private void requireTriesLeft(TokenLabel label) {
        if (!label.hasUserPin()) {
            throw blocked("its user PIN was never set", "Set it with the security officer's PIN.", null);
        }
        if (label.isPinLocked()) {
            throw blocked("it has locked its user PIN", "Set a new PIN with the security officer's PIN.", null);
        }
        if (label.isFinalTry()) {
            throw blocked(
                    "only one try is left for its user PIN, and that one belongs to a person",
                    "Log in once by hand with the right PIN, or set a new one with the security officer's PIN.",
                    null);
        }
        // After a refusal of ours the count is low, and an operator who supplies another PIN means it to be tried.
        if (label.isPinCountLow() && !latch.isClosed()) {
            throw blocked(
                    "somebody else has tried a wrong PIN: few tries are left",
                    "Log in once by hand with the right PIN; that resets the count.",
                    null);
        }
    }

    private TokenSetback blocked(@Nullable String reason, String remedy, @Nullable Exception cause) {
        String why = String.valueOf(reason);
        return cause == null
                ? new TokenSetback(token, TokenHealth.State.PIN_BLOCKED, why, remedy)
                : new TokenSetback(token, TokenHealth.State.PIN_BLOCKED, why, remedy, cause);
    }
}
