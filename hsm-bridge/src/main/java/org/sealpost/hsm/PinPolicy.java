package org.sealpost.hsm;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
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
    private static final String SUPPLY = "Put the right PIN into the PIN file; it is read again by itself.";

    private final String token;
    private final Path pinFile;
    private final PinLatch latch;
    private final LongSupplier nanoTime;

    // Owned by the control thread.
    private @Nullable Pause pause;
    private int foreignSigns;

    /// No login is tried before its end.
    private record Pause(TokenSetback reason, long endNanos) {
        boolean isOver(long nanos) {
            return nanos - endNanos >= 0;
        }
    }

    PinPolicy(String token, Path pinFile, LongSupplier nanoTime) {
        this.token = token;
        this.pinFile = pinFile;
        this.latch = PinLatch.beside(pinFile);
        this.nanoTime = nanoTime;
    }

    /// Logs the user in; control thread only.
    ///
    /// @throws TokenSetback PIN_BLOCKED, if the PIN is refused or must not be tried
    /// @throws CryptokiError if the login failed for another reason
    /// @throws TokenSetback LOCKED_OUT or FOREIGN_STORE, if the chip refuses whatever the PIN is; RECOVERING at
    ///     the first sign of a foreign store, which may pass with a new initialisation
    void login(Session session, TokenLabel label, Profile.Answers answers) throws CryptokiError {
        if (!label.needsLogin()) {
            return;
        }
        Pause waiting = pause;
        if (waiting != null && !waiting.isOver(nanoTime.getAsLong())) {
            throw waiting.reason().again();
        }
        requireTriesLeft(label);
        try (PinFile file = PinFile.read(pinFile)) {
            if (latch.isClosedTo(file.pin())) {
                throw blocked("the PIN in " + pinFile + " was refused before and is not tried again", SUPPLY, null);
            }
            // Known before the try: a refusal that cannot be remembered would be repeated at each restart.
            latch.requireWritable();
            if (isAccepted(session, file.pin(), answers)) {
                latch.lift();
            }
            foreignSigns = 0;
            pause = null;
        } catch (IOException unusable) {
            throw blocked(
                    String.valueOf(unusable.getMessage()), "Correct the file or its folder's permissions.", unusable);
        }
    }

    /// Whether the token took this PIN; false if the user was logged in already, so that nothing is known of the
    /// PIN.
    private boolean isAccepted(Session session, byte[] pin, Profile.Answers answers) throws CryptokiError, IOException {
        try {
            session.login(Cryptoki.USER, pin);
            return true;
        } catch (CryptokiError error) {
            if (error.code().value() == ReturnCode.USER_ALREADY_LOGGED_IN) {
                return false;
            }
            requireThatThePinIsMeant(session, answers, error);
            if (error.remedy() == ReturnCode.Remedy.PIN) {
                latch.close(pin);
                throw blocked(error.getMessage() + "; the PIN in " + pinFile + " is not tried again", SUPPLY, error);
            }
            throw error;
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
