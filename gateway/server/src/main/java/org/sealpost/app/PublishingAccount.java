package org.sealpost.app;

import java.nio.file.Path;
import java.util.Optional;
import org.sealpost.anchor.evm.EvmContract;

/// What publications to an EVM chain have of their own beside what those to any ledger have.
///
/// @param key      of the account that pays for them, on secp256k1, another one than that of heads
/// @param contract where the address of the contract for publications is pinned, beside that for heads; made at
///     the first start
record PublishingAccount(AccountKey key, Path contract, PublishingSettings settings) {
    static final String KEY = "publish-account-key";
    static final String FILE = "publish-account-key-file";

    /// @param accountKey of the heads
    /// @param contract   where that for heads is pinned
    /// @return empty where nothing is published
    static Optional<PublishingAccount> read(ConfigTable table, String full, AccountKey accountKey, Path contract) {
        var said = AccountKey.read(table, full, KEY, FILE);
        if (said.isEmpty()) {
            PublishingSettings.refuse(
                    table,
                    full,
                    " is there, and neither " + full + "." + KEY + " nor " + FILE
                            + " is, so nothing is published there: add one, or leave %s out");
            return Optional.empty();
        }
        var own = said.get();
        if (own.equals(accountKey)) {
            throw new ConfigRefused(full + ": publications have the " + own + " of heads, and need"
                    + " an account of their own, so that they and heads never wait for each other; name another key");
        }
        return Optional.of(new PublishingAccount(
                own, EvmContract.publicationsPin(contract), PublishingSettings.read(table, full)));
    }
}
