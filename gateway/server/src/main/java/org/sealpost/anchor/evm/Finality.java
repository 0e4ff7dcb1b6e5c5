package org.sealpost.anchor.evm;

import java.io.IOException;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.sealpost.anchor.AnchorageSetback;

/// When a block of a chain cannot be taken back.
///
/// @param confirmations how many blocks on top of one make it final; empty for the chain's own word
record Finality(OptionalInt confirmations) {
    /// When something is final, in words for people.
    String words() {
        return confirmations.isPresent()
                ? confirmations.getAsInt() + " blocks on top"
                : "the chain's own finalized block";
    }

    /// The highest block that cannot be taken back; below 0 for none.
    ///
    /// @throws AnchorageSetback if nobody said how many blocks make one final, and the chain has no word for it
    long height(Node node, long newest) throws IOException, AnchorageSetback {
        if (confirmations.isPresent()) return newest - confirmations.getAsInt();
        try {
            var block = node.chain().block("finalized");
            if (block.isPresent()) return block.get().place().height();
        } catch (RpcError e) {
            throw withoutFinalized(node, e);
        }
        throw withoutFinalized(node, null);
    }

    private static AnchorageSetback withoutFinalized(Node node, @Nullable RpcError error) {
        String said = error == null ? "it has none" : String.valueOf(error.getMessage());
        return new AnchorageSetback(
                        "node " + node.name() + " does not tell which block is finalized (" + said
                                + "), and the configuration has no confirmations",
                        "set confirmations; 0 on QBFT and IBFT",
                        error == null ? new IOException(said) : error)
                .untilSomebodyActs();
    }
}
