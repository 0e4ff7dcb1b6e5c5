package org.sealpost.evidence.anchor.evm;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.merkle.Hash;

/// How a contract came to its address, by the word of a node.
///
/// The code that lies there tells what runs since, and not what ran before: whoever made it may have done so with code
/// of their own, which lodged heads without any rule, filled the storage, and left the right code behind
/// (docs/decisions/0070-how-a-contract-was-made.md).
final class ContractCreation {
    /// keccak-256 of the code that is left behind → of the code that a transaction carries to make it
    /// (docs/formats.md, "The contract on EVM chains").
    static final Map<Hash, Hash> KNOWN = Map.of(
            Hash.ofHex("1551e1a4e168d9c217dcf49308106e56eec19fd2bc18088573cd11fb0a3dd29a"),
            Hash.ofHex("d7e5c96aaa90a3d0f54d62fb51717875780ed9bd2ecf9d1d18d681a56e4b1fa6"),
            Hash.ofHex("1b776e3b69196cf9f2e6e287554540a51d15e0206cd15be6ea5a0c2d8df3027c"),
            Hash.ofHex("d6309cf567b205fe2b1989252139a38a7ff0771a0b6f32f6a6060825b24f32e6"));

    private ContractCreation() {}

    /// What a transaction did, as a node tells.
    ///
    /// @param createdNothing whether it has a recipient
    /// @param input          what it carried
    /// @param contract       the address of what it made, 20 bytes; empty where it made nothing
    record Made(boolean createdNothing, byte[] input, byte[] contract) {}

    /// @param isRight whether the contract was made by the known code and nothing else
    /// @param words   a half sentence
    record Found(boolean isRight, String words) {}

    /// @param transactions that are said to have made it, each once; the first that a node has decides
    static Found look(EvmNode node, AnchorIdentity.Evm chain, List<Hash> transactions) {
        try {
            return found(node, chain, transactions);
        } catch (NodeSilent e) {
            return new Found(true, "how the contract was made is not known: " + e.getMessage());
        }
    }

    private static Found found(EvmNode node, AnchorIdentity.Evm chain, List<Hash> transactions) throws NodeSilent {
        var expected = KNOWN.get(chain.code());
        if (transactions.isEmpty() || expected == null) {
            return new Found(
                    true,
                    "how the contract was made was not looked at"
                            + (transactions.isEmpty()
                                    ? ", since the trust store does not name its creation"
                                    : ", since this verifier knows none that leaves this code")
                            + ": if by other code, nothing is said of other histories");
        }
        for (var transaction : transactions) {
            var made = node.made(transaction);
            if (made.isEmpty()) continue;
            var name = "transaction " + transaction;
            if (made.get().createdNothing() || !Arrays.equals(made.get().contract(), chain.contract())) {
                return new Found(false, "tells that " + name + " did not make the contract");
            }
            var found = Keccak256.of(made.get().input());
            return found.equals(expected)
                    ? new Found(true, "the contract was made in " + name + " by the code that is known to make it")
                    : new Found(
                            false,
                            "tells that " + name + " made the contract by other code: keccak-256 "
                                    + HexFormat.of().formatHex(found.toBytes()));
        }
        return new Found(
                true,
                "the node does not have transaction "
                        + transactions.stream().map(Hash::toString).collect(Collectors.joining(" or "))
                        + ": nobody has looked whether it made the contract; if that was by other code, nothing is said"
                        + " of other histories");
    }
}
