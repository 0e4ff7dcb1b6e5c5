package org.sealpost.chaincode;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.evidence.KeyHistory;
import org.sealpost.evidence.KeyHistory.Tenure;
import org.sealpost.evidence.P256Key;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;
import org.sealpost.record.HandOver;

/// An origin's sealing keys as the ledger holds them: the first, and each that it was handed over to.
///
/// @param followed empty as long as no hand-over was followed
record HeldKeys(P256Key first, Optional<KeyHistory> followed) {
    private static final int VERSION = 2;
    private static final int SPKI_SIZE = 91;

    static HeldKeys read(byte[] value) throws CborMalformed {
        var in = new CborReader(value).arrayOf(4).expect(VERSION);
        var first = P256Key.of(in.fixed(SPKI_SIZE));
        Optional<Hash> genesis = in.nil() ? Optional.empty() : Optional.of(Hash.of(in.fixed(Hash.SIZE)));
        var tenures = new ArrayList<Tenure>();
        tenures.add(Tenure.first(first, ""));
        for (int left = in.array(HandOver.MAX_NUMBER); left > 0; left--) {
            long index = in.arrayOf(2).unsigned();
            tenures.add(Tenure.followed(P256Key.of(in.fixed(SPKI_SIZE)), index));
        }
        in.end();
        return new HeldKeys(first, genesis.map(hash -> new KeyHistory(hash, tenures)));
    }

    byte[] toBytes() {
        var out = new CborWriter().array(4).integer(VERSION).bytes(first.spki());
        followed.ifPresentOrElse(keys -> out.bytes(keys.genesisHash().toBytes()), out::nil);
        var handOvers = handOvers();
        out.array(handOvers.size());
        for (var tenure : handOvers) {
            out.array(2).integer(tenure.afterSize()).bytes(tenure.key().spki());
        }
        return out.toBytes();
    }

    /// Those that were followed, in their order.
    List<Tenure> handOvers() {
        return followed.map(keys -> keys.tenures().subList(1, keys.tenures().size()))
                .orElse(List.of());
    }

    /// Whose heads of this size are taken.
    P256Key at(long size) {
        return followed.map(keys -> keys.inForce(size).key()).orElse(first);
    }
}
