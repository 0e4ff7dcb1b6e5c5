package org.sealpost.evidence;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.sealpost.merkle.Hash;

/// Whose word a reader takes about a channel of Hyperledger Fabric (docs/formats.md §9, lines `channel` and `config`).
///
/// @param channel       with the chaincode whose answers count
/// @param endorsers     from how many of the organisations a peer must have signed an answer, 1 to their number
/// @param organisations MSP ids, at most 64, each once
/// @param config        the block that the organisations' and orderers' certificates are followed from, instead of
///                      block 0
public record FabricTrust(
        AnchorIdentity.Fabric channel, int endorsers, List<String> organisations, Optional<ConfigBlock> config) {
    private static final int MAX_ORGANISATIONS = 64;
    private static final Pattern MSP_ID = Pattern.compile("[!-~]{1,249}");

    /// @throws IllegalArgumentException if the organisations are none, too many, not told apart or not to be printed,
    ///                                  or fewer than must have endorsed
    public FabricTrust {
        organisations = List.copyOf(organisations);
        if (organisations.isEmpty() || organisations.size() > MAX_ORGANISATIONS) {
            throw new IllegalArgumentException("1 to " + MAX_ORGANISATIONS + " organisations endorse");
        }
        if (Set.copyOf(organisations).size() < organisations.size()) {
            throw new IllegalArgumentException("an organisation is named twice");
        }
        if (!organisations.stream().allMatch(MSP_ID.asMatchPredicate())) {
            throw new IllegalArgumentException("not an MSP id");
        }
        if (endorsers < 1 || endorsers > organisations.size()) {
            throw new IllegalArgumentException("endorsers: 1 to the number of organisations");
        }
    }

    FabricTrust from(ConfigBlock block) {
        return new FabricTrust(channel, endorsers, organisations, Optional.of(block));
    }

    /// @param number of the block, from 0
    /// @param header hash of its header
    public record ConfigBlock(long number, Hash header) {
        public ConfigBlock {
            if (number < 0) throw new IllegalArgumentException("a block's number is not negative");
        }
    }
}
