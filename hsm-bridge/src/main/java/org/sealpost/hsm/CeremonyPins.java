package org.sealpost.hsm;

import java.io.IOException;

/// The PINs that an empty token gets, and what becomes of them by its answers.
interface CeremonyPins {
    /// Whether a run before this one may have given them to the token.
    boolean mayBeSet();

    /// The security officer's, for this token; whoever keeps it keeps it before it is returned.
    ///
    /// @throws IOException in words, if there is none that may be tried
    byte[] officers(TokenLabel token) throws IOException;

    /// The user's.
    ///
    /// @throws IOException in words, if there is none that may be tried
    byte[] users(TokenLabel token) throws IOException;

    /// Whose PIN is tried.
    enum Who {
        OFFICER,
        USER
    }

    /// Right before the token is given it: a library that breaks in the call takes this process with it.
    void tried(Who who) throws IOException;

    /// The token has taken it, or has answered what is no word of it. Not called where it may have counted a
    /// try all the same.
    void answered(Who who, boolean taken) throws IOException;

    /// The token did not take the officer's: when it was to be initialised, or at a login afterwards.
    ///
    /// @throws IOException in words, where there is more to say than the error does
    void officersRefused(boolean initialised, CryptokiError error) throws IOException;

    /// The token has a user's PIN, and it is not this one.
    void usersRefused(CryptokiError error) throws IOException;

    /// In the memory of a caller, who wipes them.
    record InMemory(byte[] officer, byte[] user, boolean mayBeSet) implements CeremonyPins {
        @Override
        public byte[] officers(TokenLabel token) {
            return officer;
        }

        @Override
        public byte[] users(TokenLabel token) {
            return user;
        }

        @Override
        public void tried(Who who) {}

        @Override
        public void answered(Who who, boolean taken) {}

        @Override
        public void officersRefused(boolean initialised, CryptokiError error) {}

        @Override
        public void usersRefused(CryptokiError error) {}
    }
}
