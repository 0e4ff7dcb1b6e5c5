package org.sealpost.evidence;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// Whose seals on blocks of a chain a user trusts: a `validators` line of a trust file (docs/formats.md §9).
/// Alone it makes no signer of records trusted.
///
/// @param chainId   of the chain that the same trust file names
/// @param bridges   whether these accounts are followed to those whom blocks that they sealed name as validators:
///                  where nodes do not compare that list with their own, the word of one of them is enough
/// @param addresses of the accounts that seal, in any order: 1 to 64, each 40 lower-case hex digits, none twice
public record EvmValidators(long chainId, Consensus consensus, boolean bridges, List<String> addresses) {
    public static final int MAX = 64;
    private static final Pattern ADDRESS = Pattern.compile("[0-9a-f]{40}");

    /// By which rules the accounts seal.
    public enum Consensus {
        /// Byzantine fault tolerant, final at once: at least two thirds of the set seal each block.
        QBFT(true),
        /// One account seals a block (EIP-225); what lies below may be taken back.
        CLIQUE(false),
        /// IBFT 2.0, of Besu's older networks: as [#QBFT], in other bytes.
        IBFT2(true),
        /// EIP-650, of GoQuorum's older networks: as [#QBFT], in other bytes. No node of it looks at the list of
        /// validators in a header.
        ISTANBUL(false);

        private final boolean hasBridges;

        Consensus(boolean hasBridges) {
            this.hasBridges = hasBridges;
        }

        /// Whether there are nodes that seal no header with another list of validators than their own, so that
        /// such a list may tell who seals from there on.
        public boolean hasBridges() {
            return hasBridges;
        }

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
        if (bridges && !consensus.hasBridges()) {
            throw new IllegalArgumentException("there are no bridges with " + consensus);
        }
        if (new HashSet<>(addresses).size() != addresses.size()) {
            throw new IllegalArgumentException("a validator is named twice");
        }
    }

    /// These accounts alone, who lead to nobody else.
    public EvmValidators(long chainId, Consensus consensus, List<String> addresses) {
        this(chainId, consensus, false, addresses);
    }
}
