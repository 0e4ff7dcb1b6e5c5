package org.sealpost.evidence;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// Whose seals on blocks of a chain a user trusts: the `validators` line of a trust file (docs/formats.md §9).
/// Alone it makes no signer of records trusted.
///
/// @param chainId   of the chain that the same trust file names
/// @param addresses of the accounts that seal, in any order: 1 to 64, each 40 lower-case hex digits, none twice
public record EvmValidators(long chainId, Consensus consensus, List<String> addresses) {
    public static final int MAX = 64;
    private static final Pattern ADDRESS = Pattern.compile("[0-9a-f]{40}");

    /// By which rules the accounts seal.
    public enum Consensus {
        /// Byzantine fault tolerant, final at once: at least two thirds of the set seal each block.
        QBFT,
        /// One account seals a block (EIP-225); what lies below may be taken back.
        CLIQUE,
        /// IBFT 2.0, of Besu's older networks: as [#QBFT], in other bytes.
        IBFT2,
        /// EIP-650, of GoQuorum's older networks: as [#QBFT], in other bytes.
        ISTANBUL;

        /// As it stands in trust files and sentences.
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public EvmValidators {
        if (chainId < 0) throw new IllegalArgumentException("a chain id is not negative");
        addresses = List.copyOf(addresses);
        if (addresses.isEmpty() || addresses.size() > MAX) {
            throw new IllegalArgumentException(addresses.size() + " validators, allowed are 1 to " + MAX);
        }
        for (var address : addresses) {
            if (!ADDRESS.matcher(address).matches()) {
                throw new IllegalArgumentException("a validator's address has 40 lower-case hex digits");
            }
        }
        if (new HashSet<>(addresses).size() != addresses.size()) {
            throw new IllegalArgumentException("a validator is named twice");
        }
    }
}
