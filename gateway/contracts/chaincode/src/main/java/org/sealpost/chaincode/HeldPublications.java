package org.sealpost.chaincode;

import java.util.Locale;
import java.util.Optional;
import org.hyperledger.fabric.shim.ChaincodeStub;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Place;
import org.sealpost.lodging.Publication;
import org.sealpost.lodging.PublicationFinding;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;

/// What the ledger holds of one origin's publications, under keys of its own (docs/formats.md §26): `p~` a publication,
/// written once; `c~` a commitment, written by the first publication that has it. No two publications of other numbers
/// and other commitments read or write a key of one another, so they never collide in a block.
///
/// One call's. What is there and cannot be read ends in [IllegalStateException]: nobody else writes there.
record HeldPublications(ChaincodeStub stub, OriginId origin) {
    private static final long FIRST = 1;

    PublicationFinding find(Publication publication) {
        var held = digestAt(publication.number());
        if (held.isEmpty()) return new PublicationFinding.Absent();
        // Where it stands is the peers' to tell, and no rule asks for it.
        return held.get().equals(publication.digest())
                ? new PublicationFinding.Present(new Place(0, held.get()), true)
                : new PublicationFinding.Conflict(held.get());
    }

    /// The bytes of `["sealpost-published", 1, origin id, number, digest]`.
    Optional<byte[]> stateAt(long number) {
        return read(numberKey(number));
    }

    private Optional<Hash> digestAt(long number) {
        return stateAt(number).map(value -> {
            try {
                var in = new CborReader(value)
                        .arrayOf(5)
                        .expect("sealpost-published")
                        .expect(1);
                in.fixed(Hash.SIZE);
                in.expect(number);
                var digest = Hash.of(in.fixed(Hash.SIZE));
                in.end();
                return digest;
            } catch (CborMalformed e) {
                throw new IllegalStateException(
                        "the value of " + numberKey(number) + " is not ours: " + e.getMessage(), e);
            }
        });
    }

    /// What members of the collection hold of a publication's content, whose hash everybody has.
    Optional<byte[]> privateContent(String collection, long number) {
        return Optional.ofNullable(stub.getPrivateData(collection, numberKey(number)))
                .filter(content -> content.length > 0);
    }

    /// The shim does not say why a peer refuses, and mostly the channel has no such collection.
    void putPrivately(String collection, Publication publication) {
        try {
            stub.putPrivateData(collection, numberKey(publication.number()), publication.content());
        } catch (RuntimeException e) {
            throw new IllegalStateException(
                    "nothing can be written into collection " + collection + ": " + e.getMessage(), e);
        }
    }

    /// The bytes of `[number, position]` of the first publication with this commitment.
    Optional<byte[]> spotOf(Hash commitment) {
        return read(commitmentKey(commitment));
    }

    /// @return the publication's state
    byte[] put(Publication publication) {
        var state = new CborWriter().array(5).text("sealpost-published").integer(1);
        state.bytes(origin.value().toBytes()).integer(publication.number());
        byte[] bytes = state.bytes(publication.digest().toBytes()).toBytes();
        stub.putState(numberKey(publication.number()), bytes);
        if (publication.kind() == Publication.Kind.COMMITMENTS) putCommitments(publication);
        return bytes;
    }

    private void putCommitments(Publication publication) {
        byte[] content = publication.content();
        // Backwards: of one that stands there twice the first position is written last, and a call reads nothing that
        // it wrote itself.
        for (int i = publication.count() - 1; i >= 0; i--) {
            var commitment = Hash.of(content, i * Hash.SIZE);
            if (spotOf(commitment).isPresent()) continue;
            var spot = new CborWriter().array(2).integer(publication.number()).integer(i);
            stub.putState(commitmentKey(commitment), spot.toBytes());
        }
    }

    /// The highest number that is used, 0 for none: asked for by ranges of which one key each is read, some two for
    /// each binary digit of the number. In an answer only: such a range is not checked for what came meanwhile.
    long last() {
        if (!isUsedFrom(FIRST)) return 0;
        long used = FIRST;
        long free = 2;
        while (free > 0 && isUsedFrom(free)) {
            used = free;
            free *= 2;
        }
        // Above 2^62 there is no power of two left; nothing is used from 2^63 on.
        while (free - used != 1) {
            long middle = used + (free - used >>> 1);
            if (isUsedFrom(middle)) used = middle;
            else free = middle;
        }
        return used;
    }

    private boolean isUsedFrom(long number) {
        try (var found = stub.getStateByRangeWithPagination(numberKey(number), "p~" + origin + "~~", 1, "")) {
            return found.iterator().hasNext();
        } catch (Exception e) {
            throw new IllegalStateException("the range of publications from " + number + " cannot be read", e);
        }
    }

    private String numberKey(long number) {
        return String.format(Locale.ROOT, "p~%s~%019d", origin, number);
    }

    private String commitmentKey(Hash commitment) {
        return "c~" + origin + "~" + commitment.hex();
    }

    private Optional<byte[]> read(String key) {
        return Optional.of(stub.getState(key)).filter(value -> value.length > 0);
    }
}
