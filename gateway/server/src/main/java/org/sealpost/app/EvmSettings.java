package org.sealpost.app;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import org.sealpost.anchor.HeadPolicy;
import org.sealpost.anchor.evm.EvmConfig;

/// An `[anchorage.NAME]` table of kind `evm`: a contract on an EVM chain.
///
/// @param accountKey CKA_LABEL of the account's secp256k1 key in the token
/// @param contract   where `sealpost-evm-contract` pins the contract; made at the first start
record EvmSettings(String name, HeadPolicy policy, EvmConfig config, String accountKey, Path contract)
        implements AnchorageSettings {
    static final String KIND = "evm";
    static final List<String> KEYS = List.of("urls", "contract", "account-key", "confirmations", "deadline");

    private static final Duration DEADLINE = Duration.ofSeconds(10);

    static EvmSettings read(ConfigTable table, String name, String full) {
        var urls = table.optionalTexts("urls").orElseThrow(() -> new ConfigRefused(full + ".urls is missing"));
        if (urls.size() != 1) {
            throw new ConfigRefused(full + ".urls has " + urls.size() + " addresses, expected that of one node");
        }
        return read(table, name, full, ConfigTable.address(urls.getFirst(), full + ".urls"));
    }

    /// As earlier releases had it.
    static EvmSettings ofLedger(ConfigTable table) {
        var url = ConfigTable.address(table.text("url"), "ledger.evm.url");
        var settings = read(table, "evm", "ledger.evm", url);
        table.done();
        return settings;
    }

    private static EvmSettings read(ConfigTable table, String name, String full, URI node) {
        int confirmations = table.integer("confirmations", -1, 0, 10_000);
        return new EvmSettings(
                name,
                AnchorageSettings.policy(table, full),
                TokenSettings.refusing(() -> new EvmConfig(
                        node,
                        confirmations < 0 ? OptionalInt.empty() : OptionalInt.of(confirmations),
                        table.duration("deadline", DEADLINE))),
                table.optionalText("account-key").orElse(name),
                table.path("contract"));
    }

    /// The relay's.
    @Override
    public int journals() {
        return 1;
    }
}
