package org.sealpost.chaincode;

import java.util.Locale;
import java.util.Optional;
import org.hyperledger.fabric.shim.ChaincodeStub;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Place;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;

/// What the ledger holds of one origin, under keys of its own (docs/formats.md §25): `h~` a head, written once; `n~`
/// the newest size, written by each lodging; `k~` the sealing keys, written by the first one and by hand-overs
/// alone. Two calls of one block collide where one has written what the other has read, so nothing is read that
/// need not be.
///
/// One call's. What is there and cannot be read ends in [IllegalStateException]: nobody else writes there.
record HeldHeads(ChaincodeStub stub, OriginId origin) {
    /// What it holds of a head's origin at the head's size, and beyond.
    Finding find(LodgeableHead head) {
        var there = rootAt(head.size());
        if (there.isPresent()) {
            var root = there.get();
            // Where it stands is the peers' to tell, and no rule asks for it.
            return root.equals(head.root())
                    ? new Finding.Present(new Place(0, root), true)
                    : new Finding.Conflict(root);
        }
        var newest = newestSize();
        if (newest.isEmpty()) return Finding.Absent.EMPTY;
        long size = newest.get();
        var root = rootAt(size).orElseThrow(() -> new IllegalStateException("no head of the newest size " + size));
        return size > head.size() ? new Finding.Covered(size, root) : new Finding.Absent(size, root);
    }

    Optional<Long> newestSize() {
        return read(newestKey()).map(value -> {
            try {
                var in = new CborReader(value);
                long size = in.unsigned();
                in.end();
                return size;
            } catch (CborMalformed e) {
                throw unreadable(newestKey(), e);
            }
        });
    }

    /// The bytes of `["sealpost-lodged", 1, origin id, size, root]`.
    Optional<byte[]> stateAt(long size) {
        return read(headKey(size));
    }

    private Optional<Hash> rootAt(long size) {
        return stateAt(size).map(value -> {
            try {
                var in = new CborReader(value)
                        .arrayOf(5)
                        .expect("sealpost-lodged")
                        .expect(1);
                in.fixed(Hash.SIZE);
                in.expect(size);
                var root = Hash.of(in.fixed(Hash.SIZE));
                in.end();
                return root;
            } catch (CborMalformed e) {
                throw unreadable(headKey(size), e);
            }
        });
    }

    Optional<HeldKeys> keys() {
        return read(keysKey()).map(value -> {
            try {
                return HeldKeys.read(value);
            } catch (CborMalformed | IllegalArgumentException e) {
                throw unreadable(keysKey(), e);
            }
        });
    }

    /// @return the head's state
    byte[] put(LodgeableHead head) {
        var state = new CborWriter().array(5).text("sealpost-lodged").integer(1);
        state.bytes(origin.value().toBytes())
                .integer(head.size())
                .bytes(head.root().toBytes());
        stub.putState(headKey(head.size()), state.toBytes());
        stub.putState(newestKey(), new CborWriter().integer(head.size()).toBytes());
        return state.toBytes();
    }

    void put(HeldKeys keys) {
        stub.putState(keysKey(), keys.toBytes());
    }

    private String headKey(long size) {
        return String.format(Locale.ROOT, "h~%s~%019d", origin, size);
    }

    private String newestKey() {
        return "n~" + origin;
    }

    private String keysKey() {
        return "k~" + origin;
    }

    private Optional<byte[]> read(String key) {
        return Optional.of(stub.getState(key)).filter(value -> value.length > 0);
    }

    private static IllegalStateException unreadable(String key, Exception cause) {
        return new IllegalStateException("the value of " + key + " is not ours: " + cause.getMessage(), cause);
    }
}
