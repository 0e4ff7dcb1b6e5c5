package org.sealpost.hsm;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Logs in to a token so that its PIN can never be worn out: one try per PIN that an operator supplied, none when
/// the token says that few are left.
final class PinPolicy {
    private static final String SUPPLY = "Put the right PIN into the PIN file; it is read again by itself.";

    private final String token;
    private final Path pinFile;
    private final PinLatch latch;

    PinPolicy(String token, Path pinFile) {
        this.token = token;
        this.pinFile = pinFile;
        this.latch = PinLatch.beside(pinFile);
    }

    /// Logs the user in; control thread only.
    ///
    /// @throws TokenSetback PIN_BLOCKED, if the PIN is refused or must not be tried
    /// @throws CryptokiError if the login failed for another reason than the PIN
    void login(Session session, TokenLabel label) throws CryptokiError {
        if (!label.needsLogin()) {
            return;
        }
        requireTriesLeft(label);
        try (PinFile file = PinFile.read(pinFile)) {
            if (latch.isClosedTo(file.pin())) {
                throw blocked("the PIN in " + pinFile + " was refused before and is not tried again", SUPPLY, null);
            }
            // Known before the try: a refusal that cannot be remembered would be repeated at each restart.
            latch.requireWritable();
            if (isAccepted(session, file.pin())) {
                latch.lift();
            }
        } catch (IOException unusable) {
            throw blocked(
                    String.valueOf(unusable.getMessage()), "Correct the file or its folder's permissions.", unusable);
        }
    }

    /// Whether the token took this PIN; false if the user was logged in already, so that nothing is known of the
    /// PIN.
    private boolean isAccepted(Session session, byte[] pin) throws CryptokiError, IOException {
        try {
            session.login(Cryptoki.USER, pin);
            return true;
        } catch (CryptokiError error) {
            if (error.code().value() == ReturnCode.USER_ALREADY_LOGGED_IN) {
                return false;
            }
            if (error.remedy() == ReturnCode.Remedy.PIN) {
                latch.close(pin);
                throw blocked(error.getMessage() + "; the PIN in " + pinFile + " is not tried again", SUPPLY, error);
            }
            throw error;
        }
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
