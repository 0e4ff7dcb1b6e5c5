package org.sealpost.hsm;

import java.time.Instant;
import java.util.Optional;

/// How a token is: its state, the cause in words, what to do about it, since when, and how many native calls have
/// overrun their deadline and not come back.
///
/// @param reason     what a caller can make of it, where it is known better than by the state
/// @param returnCode what the module returned, where it is a module's return code that led to the state
public record TokenHealth(
        State state,
        String cause,
        String remedy,
        Instant since,
        int lostCalls,
        Optional<TokenFailure.Reason> reason,
        Optional<ReturnCode> returnCode) {

    /// One that no return code of a module has led to.
    public TokenHealth(State state, String cause, String remedy, Instant since, int lostCalls) {
        this(state, cause, remedy, since, lostCalls, Optional.empty(), Optional.empty());
    }

    /// The closed set of states.
    public enum State {
        /// Signs. With a remedy: what it signs is not worth what it should be, and cause and remedy say why.
        READY,
        /// Being opened, for the first time or again; calls wait for it.
        RECOVERING,
        /// The module does not come back from calls; it is used again as soon as it does.
        UNRESPONSIVE,
        /// Not plugged in, not found by label and serial, or failing; looked for again and again.
        ABSENT,
        /// More than one token has this label and no serial was configured.
        AMBIGUOUS_TOKEN,
        /// The PIN is wrong, missing or locked. Nothing is tried until the PIN file holds another one.
        PIN_BLOCKED,
        /// The chip has locked itself against guessing and answers nobody for a while; power cuts count as
        /// tries. The PIN is not to blame. It is asked again once a minute.
        LOCKED_OUT,
        /// The token's store was made by another chip, or this chip was cleared since: its keys can be used by
        /// nobody here. Not tried again for hours, since each try may count as a wrong PIN.
        FOREIGN_STORE,
        /// A key's label or id is borne by more than one key.
        AMBIGUOUS_KEY,
        /// A key is missing, has a wrong attribute, or is not the pinned one. Other keys of the token still sign.
        KEY_REFUSED,
        /// Closed by the program.
        CLOSED;

        /// Whether what failed in it may succeed later, though nobody changes anything.
        public boolean passes() {
            return switch (this) {
                case READY, RECOVERING, UNRESPONSIVE, ABSENT, LOCKED_OUT -> true;
                case AMBIGUOUS_TOKEN, PIN_BLOCKED, FOREIGN_STORE, AMBIGUOUS_KEY, KEY_REFUSED, CLOSED -> false;
            };
        }
    }

    public boolean isReady() {
        return state == State.READY;
    }

    /// What somebody is told who wanted the token to sign.
    public TokenSetback setback(String token) {
        return new TokenSetback(token, this);
    }

    /// Whether it signs, and its signatures prove nothing, since it is no HSM: cause and remedy tell.
    public boolean isInsecure() {
        return isReady() && !remedy.isEmpty();
    }
}
