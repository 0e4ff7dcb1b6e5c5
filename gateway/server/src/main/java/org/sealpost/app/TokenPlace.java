package org.sealpost.app;

import java.nio.file.Path;
import org.sealpost.hsm.Token;
import org.sealpost.hsm.TokenConfig;
import org.sealpost.hsm.Tokens;
import org.sealpost.hsm.driver.DriverOptions;
import org.sealpost.hsm.driver.RemoteToken;

/// Where a gateway's keys are.
sealed interface TokenPlace {
    /// @throws IllegalArgumentException if there can be no token there
    Token open();

    /// What was done to the keys there, until the log has it.
    TokenNotes notes();

    /// In a token behind a PKCS#11 library, such as an HSM's.
    ///
    /// @param config how the token is found and opened
    /// @param driver where its library runs
    record Module(TokenConfig config, TokenSettings.Driver driver) implements TokenPlace {
        /// Signatures are completed on the token's own threads, which saves a wake-up for each: whoever signs in the
        /// gateway waits for the answer and hangs nothing on it.
        @Override
        public Token open() {
            return switch (driver) {
                case PROCESS -> RemoteToken.open(config, DriverOptions.DEFAULT.withReplies(Runnable::run));
                case INSIDE -> Tokens.open(config, Runnable::run);
            };
        }

        @Override
        public TokenNotes notes() {
            return TokenNotes.of(config.pin());
        }
    }

    /// In files in a folder, for development only: there is no HSM, and nothing that is signed proves anything.
    record InsecureFolder(Path folder, String label) implements TokenPlace {
        @Override
        public Token open() {
            return Tokens.openInsecureSoftwareToken(folder, label);
        }

        @Override
        public TokenNotes notes() {
            return TokenNotes.beside(folder);
        }
    }
}
