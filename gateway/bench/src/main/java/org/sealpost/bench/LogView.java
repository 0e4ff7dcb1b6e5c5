package org.sealpost.bench;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.sealpost.merkle.Hash;

/// A gateway's log as an outsider sees it.
interface LogView {
    /// The leaves of all entries that the newest published head covers, in their order.
    List<PublicLeaf> leaves() throws IOException, InterruptedException;

    /// What a client handed over at an index, proved by its evidence. For several threads at once.
    Sight look(long index) throws IOException, InterruptedException;

    /// The same by what lies in the journal: much quicker, and nobody's signature is in it. For
    /// several threads at once.
    Sight read(long index) throws IOException;

    /// A leaf as everybody may read it.
    ///
    /// @param own whether the box wrote the entry itself: no client can ask for its evidence
    record PublicLeaf(Hash hash, boolean own) {}

    /// What was seen at an index.
    sealed interface Sight {
        /// Evidence that verifies, from a signer that is the same as at all other indexes; or a body that opens
        /// its leaf's commitment.
        ///
        /// @param leafHash of that leaf
        record Proved(Hash leafHash, Capture capture) implements Sight {}

        /// The body was erased, and nobody shows it.
        record Erased() implements Sight {}

        /// The journal gave it up.
        record GivenUp() implements Sight {}

        /// None, or none that holds.
        record Unproved(String reason) implements Sight {}
    }

    /// What a client handed over.
    record Capture(Optional<String> key, byte[] payload) {}
}
