package org.sealpost.app;

import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.sealpost.anchor.evm.EvmConfig;

/// How an EVM chain is reached, as a table of the configuration says it, whatever that is called.
final class EvmSettings {
    private static final Pattern FEE = Pattern.compile("([0-9]{1,27})(wei|gwei)");
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    private EvmSettings() {}

    /// @param full the table's name
    static EvmConfig read(ConfigTable table, String full) {
        var nodes = nodes(table, full);
        int confirmations = table.integer("confirmations", -1, 0, 10_000);
        var deadline = table.duration("deadline", DEADLINE);
        var maxFee = table.optionalText("max-fee").map(text -> wei(text, full + ".max-fee"));
        var stuckAfter = table.duration("stuck-after", EvmConfig.STUCK_AFTER);
        var stalledAfter = table.duration("stalled-after", EvmConfig.STALLED_AFTER);
        return TokenSettings.refusing(() -> new EvmConfig(
                nodes,
                confirmations < 0 ? OptionalInt.empty() : OptionalInt.of(confirmations),
                deadline,
                maxFee,
                stuckAfter,
                stalledAfter));
    }

    /// One as `url`, or several as `urls`.
    private static List<URI> nodes(ConfigTable table, String full) {
        Optional<String> one = table.optionalText("url");
        var several = table.optionalTexts("urls");
        if (one.isPresent() && several.isPresent()) {
            throw new ConfigRefused(full + ".url and " + full + ".urls are both there: urls alone names all nodes");
        }
        if (one.isEmpty() && several.isEmpty()) throw new ConfigRefused(full + ".urls is missing");
        String key = full + (one.isPresent() ? ".url" : ".urls");
        return several.orElseGet(() -> List.of(one.orElseThrow())).stream()
                .map(url -> ConfigTable.address(url, key))
                .toList();
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
}
