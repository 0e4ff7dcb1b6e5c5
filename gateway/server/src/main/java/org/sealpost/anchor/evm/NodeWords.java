package org.sealpost.anchor.evm;

import java.util.Locale;
import java.util.regex.Pattern;
import org.sealpost.anchor.SubmitOutcome;

/// What nodes say in words of their own, where the protocol has no code for it.
final class NodeWords {
    /// Not "unknown transaction type".
    private static final Pattern KNOWN_TRANSACTION = Pattern.compile("(?<![a-z])known transaction");

    private NodeWords() {}

    /// What nodes say when they do not take a transaction (geth, GoQuorum, Besu, kaia, polygon-edge, anvil).
    /// Only what can never change is "for good"; whatever is not understood is unknown.
    static SubmitOutcome meaning(String message) {
        String words = message.toLowerCase(Locale.ROOT);
        if (has(words, "already known", "already imported", "alreadyknown")
                || KNOWN_TRANSACTION.matcher(words).find()) {
            return new SubmitOutcome.AlreadyKnown();
        }
        if (has(
                words,
                "invalid chain id",
                "invalid sender",
                "cannot extract signature",
                "intrinsic gas too low",
                "transaction type not supported",
                "failed to decode",
                "oversized data")) {
            return new SubmitOutcome.RefusedForGood(message);
        }
        return new SubmitOutcome.Unknown(message);
    }

    /// More gas than a block has, or a transaction may have (EIP-7825), or a fee above what the node's own
    /// settings let one cost (geth's `rpc.txfeecap`, Besu's `rpc-tx-feecap`).
    static boolean isAboutItsTerms(String message) {
        return has(
                message.toLowerCase(Locale.ROOT),
                "exceeds block gas limit",
                "gas limit too high",
                "intrinsic gas too high",
                "exceeds the configured cap",
                "fee cap exceeded");
    }

    /// That no block has room for it. Nodes before geth 1.9.15 have one sentence for this and for whatever reverts;
    /// that tells nothing.
    static boolean isGasLimit(String message) {
        String words = message.toLowerCase(Locale.ROOT);
        return has(words, "exceeds allowance", "gas limit", "intrinsic gas") && !has(words, "always failing");
    }

    private static boolean has(String words, String... parts) {
        for (String part : parts) {
            if (words.contains(part)) return true;
        }
        return false;
    }
}
