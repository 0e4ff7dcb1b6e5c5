package org.sealpost.app;

import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.sealpost.anchor.HeadPolicy;
import org.sealpost.anchor.evm.EvmConfig;

/// An `[anchorage.NAME]` table of kind `evm`: a contract on an EVM chain.
///
/// @param accountKey the account's, on secp256k1
/// @param contract   where `sealpost-evm-contract` pins the contract; made at the first start
/// @param publishingAccount how publications come there, where any do
record EvmSettings(
        String name,
        HeadPolicy policy,
        EvmConfig config,
        AccountKey accountKey,
        Path contract,
        Optional<PublishingAccount> publishingAccount)
        implements AnchorageSettings {
    static final String KIND = "evm";
    private static final String ACCOUNT = "account-key";
    private static final String ACCOUNT_FILE = "account-key-file";
    static final List<String> KEYS = Stream.concat(
                    Stream.of(
                            "urls",
                            "contract",
                            ACCOUNT,
                            ACCOUNT_FILE,
                            "confirmations",
                            "deadline",
                            "max-fee",
                            "stuck-after",
                            "stalled-after",
                            PublishingAccount.KEY,
                            PublishingAccount.FILE),
                    PublishingSettings.KEYS.stream())
            .toList();

    private static final Pattern FEE = Pattern.compile("([0-9]{1,27})(wei|gwei)");
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    static EvmSettings read(ConfigTable table, String name, String full) {
        var urls = table.optionalTexts("urls").orElseThrow(() -> new ConfigRefused(full + ".urls is missing"));
        return read(table, name, full, nodes(urls, full + ".urls"));
    }

    /// As earlier releases had it: with one node as `url`; with several as `urls`, as the other form has it.
    static EvmSettings ofLedger(ConfigTable table) {
        String full = "ledger.evm";
        var url = table.optionalText("url");
        var urls = table.optionalTexts("urls");
        if (url.isPresent() && urls.isPresent()) {
            throw new ConfigRefused(full + ".url and " + full + ".urls are both there: urls alone names all nodes");
        }
        if (url.isEmpty() && urls.isEmpty()) throw new ConfigRefused(full + ".url is missing");
        var nodes =
                url.isPresent() ? nodes(List.of(url.get()), full + ".url") : nodes(urls.orElseThrow(), full + ".urls");
        var settings = read(table, "evm", full, nodes);
        table.done();
        return settings;
    }

    private static List<URI> nodes(List<String> urls, String key) {
        return urls.stream().map(url -> ConfigTable.address(url, key)).toList();
    }

    private static EvmSettings read(ConfigTable table, String name, String full, List<URI> nodes) {
        int confirmations = table.integer("confirmations", -1, 0, 10_000);
        var accountKey =
                AccountKey.read(table, full, ACCOUNT, ACCOUNT_FILE).orElseGet(() -> new AccountKey.InToken(name));
        var contract = table.path("contract");
        return new EvmSettings(
                name,
                AnchorageSettings.policy(table, full),
                TokenSettings.refusing(() -> new EvmConfig(
                        nodes,
                        confirmations < 0 ? OptionalInt.empty() : OptionalInt.of(confirmations),
                        table.duration("deadline", DEADLINE),
                        table.optionalText("max-fee").map(text -> wei(text, full + ".max-fee")),
                        table.duration("stuck-after", EvmConfig.STUCK_AFTER),
                        table.duration("stalled-after", EvmConfig.STALLED_AFTER))),
                accountKey,
                contract,
                PublishingAccount.read(table, full, accountKey, contract));
    }

    private static BigInteger wei(String text, String key) {
        var match = FEE.matcher(text);
        if (!match.matches()) {
            throw new ConfigRefused(
                    key + " is \"" + text + "\", expected a price of gas such as \"50gwei\" or \"1wei\"");
        }
        var count = new BigInteger(match.group(1));
        return match.group(2).equals("wei") ? count : count.multiply(BigInteger.TEN.pow(9));
    }

    /// Of heads, and of publications where any come there.
    List<AccountKey> accountKeys() {
        return Stream.concat(Stream.of(accountKey), publishingAccount.map(PublishingAccount::key).stream())
                .toList();
    }

    /// Those of them that are in files.
    List<AccountKey.InFile> accountFiles() {
        return accountKeys().stream()
                .filter(AccountKey.InFile.class::isInstance)
                .map(AccountKey.InFile.class::cast)
                .toList();
    }

    /// Where the contract for heads is pinned, and that for publications where any come there.
    List<Path> pins() {
        return Stream.concat(Stream.of(contract), publishingAccount.map(PublishingAccount::contract).stream())
                .toList();
    }

    @Override
    public Optional<PublishingSettings> publishing() {
        return publishingAccount.map(PublishingAccount::settings);
    }

    /// The relay's, and that of publications.
    @Override
    public int journals() {
        return publishingAccount.isPresent() ? 2 : 1;
    }
}
