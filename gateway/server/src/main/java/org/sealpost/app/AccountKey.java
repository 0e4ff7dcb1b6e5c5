package org.sealpost.app;

import java.nio.file.Path;
import java.util.Optional;

/// Where the key of an account on an EVM chain is.
sealed interface AccountKey {
    /// What people are told wherever such a key is used. It is nothing that anybody must do something about: no ledger
    /// trusts an account.
    String IN_A_FILE = "account key in a file";

    String WHAT_IT_RISKS =
            "whoever reads it can spend the account's balance, and can lodge nothing that the box did not" + " sign";
    String REMEDY = "none needed; keep no more on the account than it spends, or name a key of the token in account-key"
            + " where that has secp256k1";

    /// In the box's token.
    ///
    /// @param label its CKA_LABEL
    record InToken(String label) implements AccountKey {
        @Override
        public String toString() {
            return "account-key \"" + label + "\"";
        }
    }

    /// In a file of its own, in the clear, as where the token has no secp256k1.
    ///
    /// @param file absolute
    record InFile(Path file) implements AccountKey {
        public InFile {
            file = file.toAbsolutePath().normalize();
        }

        String warning() {
            return IN_A_FILE + ", " + file + ": " + WHAT_IT_RISKS;
        }

        @Override
        public String toString() {
            return "account-key-file " + file;
        }
    }

    /// Of the two keys of a table that may say it.
    ///
    /// @param key  the label's
    /// @param file the file's
    /// @return empty if neither is there
    static Optional<AccountKey> read(ConfigTable table, String full, String key, String file) {
        var label = table.optionalText(key);
        var path = table.optionalPath(file);
        if (label.isPresent() && path.isPresent()) {
            throw new ConfigRefused(full + "." + key + " and " + full + "." + file + " are both there: an account has"
                    + " one key, in the token or in a file; leave one out");
        }
        return label.<AccountKey>map(InToken::new).or(() -> path.map(InFile::new));
    }
}
