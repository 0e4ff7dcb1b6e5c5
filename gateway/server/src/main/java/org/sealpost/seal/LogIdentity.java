package org.sealpost.seal;

import org.sealpost.evidence.HandOverWrong;
import org.sealpost.evidence.KeyHistory;
import org.sealpost.merkle.Hash;
import org.sealpost.record.Genesis;
import org.sealpost.record.Origin;

/// Which log this is: its genesis, the hash that every seal of it names, and the keys that sealed it.
public record LogIdentity(Genesis genesis, KeyHistory keys) {
    /// A log that has not been handed over.
    public static LogIdentity of(Genesis genesis) {
        return new LogIdentity(genesis, KeyHistory.of(genesis));
    }

    /// The same log after one more hand-over.
    LogIdentity after(byte[] handOverLeaf) throws HandOverWrong {
        return new LogIdentity(genesis, keys.after(handOverLeaf));
    }

    public Hash genesisHash() {
        return keys.genesisHash();
    }

    public Origin origin() {
        return genesis.origin();
    }
}
