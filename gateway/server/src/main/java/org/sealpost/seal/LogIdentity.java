package org.sealpost.seal;

import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Merkle;
import org.sealpost.record.Genesis;
import org.sealpost.record.GenesisLeaf;
import org.sealpost.record.Origin;

/// Which log this is: its genesis, and the hash that every seal of it names.
public record LogIdentity(Genesis genesis, Hash genesisHash) {
    public static LogIdentity of(Genesis genesis) {
        return new LogIdentity(genesis, Merkle.leafHash(new GenesisLeaf(genesis).encode()));
    }

    public Origin origin() {
        return genesis.origin();
    }
}
