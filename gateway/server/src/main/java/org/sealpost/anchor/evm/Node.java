package org.sealpost.anchor.evm;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.merkle.Hash;

/// One node of a chain.
///
/// @param name as messages show it
record Node(String name, JsonRpc rpc, Chain chain) {
    static final String ASK_NODE = "look whether the node runs and is reachable; it is asked again by itself";

    /// Chain id, block 0, code, newest block, how far it is; and what a contract asks besides.
    static final int MOST_CALLS_OF_A_LOOK = 8;

    static Node of(URI address, Duration deadline) {
        var rpc = new JsonRpc(address, deadline);
        return new Node(EvmConfig.name(address), rpc, new Chain(rpc));
    }

    /// What a node says of itself.
    sealed interface Look {
        Node node();

        /// @param identity by this node's own word
        /// @param syncing  how far it is, where it is still catching up
        record Seen(
                Node node, AnchorIdentity.Evm identity, Chain.Block newest, Optional<String> syncing, Duration latency)
                implements Look {}

        /// @param isAway whether it gave no answer, or none that can be read
        record Failed(Node node, AnchorageSetback why, boolean isAway) implements Look {}
    }

    /// Asks it who it is and how far it is.
    ///
    /// @param contract empty before there is one: then neither address nor code are those of a contract
    Look look(Optional<SealpostContract.At> contract) {
        long begun = System.nanoTime();
        try {
            var identity = identity(contract);
            var newest = chain.mustHave("latest");
            var syncing = chain.syncing();
            return new Look.Seen(this, identity, newest, syncing, Duration.ofNanos(System.nanoTime() - begun));
        } catch (AnchorageSetback e) {
            return new Look.Failed(this, e, false);
        } catch (IOException e) {
            return new Look.Failed(this, unreachable(e), true);
        }
    }

    private AnchorIdentity.Evm identity(Optional<SealpostContract.At> contract) throws IOException, AnchorageSetback {
        long chainId = chain.chainId();
        Hash genesis = chain.mustHave(Hex.quantity(0)).place().block();
        if (contract.isEmpty()) {
            return new AnchorIdentity.Evm(chainId, genesis, new byte[20], Hash.of(new byte[Hash.SIZE]));
        }
        var address = contract.get().address();
        byte[] code = chain.code(address);
        if (code.length == 0) {
            var syncing = chain.syncing(); // it may not have come to the block with the contract
            throw new AnchorageSetback(
                    "chain " + chainId + " at " + name + " has no contract at " + address
                            + syncing.map(far -> ": the node is still catching up, at " + far)
                                    .orElse(""),
                    "check the node's address and the contract's; if the chain was made anew, deploy the contract again");
        }
        var hash =
                contract.get().require(chain, code, "configure the address of the Sealpost contract of this release");
        return new AnchorIdentity.Evm(chainId, genesis, address.bytes(), hash);
    }

    AnchorageSetback unreachable(IOException e) {
        return new AnchorageSetback("node " + name + ": " + describe(e), ASK_NODE, e);
    }

    static String describe(IOException e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }
}
