package org.sealpost.evidence;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Merkle;
import org.sealpost.record.Body;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Content;
import org.sealpost.record.Genesis;
import org.sealpost.record.GenesisLeaf;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.Leaf;
import org.sealpost.record.References;
import org.sealpost.record.Slot;
import org.sealpost.record.Source;

/// An entry whose seals hold: all of it is under the signature of the genesis' sealing key.
///
/// The checks stand in [#check] in the order of docs/formats.md §8; each ends in a [Fault] that names its part.
///
/// @param source empty where withheld, as the other slots; all are empty for the genesis itself
/// @param seals  one or more, sizes ascending
record SealedEntry(
        Leaf leaf,
        Optional<Source> source,
        Optional<ClockReading> clock,
        Optional<Content> content,
        Optional<References> references,
        Genesis genesis,
        Hash genesisHash,
        P256Key key,
        long index,
        List<Sealed> seals) {

    /// A head and what the box's clock said when it was sealed.
    record Sealed(Head head, ClockReading time, List<AnchorClaim> anchors) {}

    static SealedEntry check(Evidence evidence) throws Fault {
        var leaf = leaf(evidence.leaf());
        var genesis = genesis(evidence.genesis());
        var key = sealingKey(genesis);
        if (leaf instanceof GenesisLeaf && !Arrays.equals(evidence.leaf(), evidence.genesis())) {
            throw new Fault("genesis", "the leaf is another genesis than the file's");
        }
        var body = body(leaf, evidence.body());
        var source = slot(body, Slot.SOURCE, Source::parse);
        var clock = slot(body, Slot.CLOCK, ClockReading::parse);
        var content = slot(body, Slot.CONTENT, Content::parse);
        var references = slot(body, Slot.REFERENCES, References::parse);

        var heads = new HeadCheck(
                leaf, Merkle.leafHash(evidence.leaf()), genesis, Merkle.leafHash(evidence.genesis()), key);
        for (var head : evidence.heads()) heads.next(head);
        return new SealedEntry(
                leaf,
                source,
                clock,
                content,
                references,
                genesis,
                heads.genesisHash(),
                key,
                heads.index(),
                heads.sealed());
    }

    private static Leaf leaf(byte[] bytes) throws Fault {
        try {
            return Leaf.parse(bytes);
        } catch (CborMalformed e) {
            throw new Fault("leaf", String.valueOf(e.getMessage()));
        }
    }

    private static Genesis genesis(byte[] bytes) throws Fault {
        try {
            if (Leaf.parse(bytes) instanceof GenesisLeaf leaf) return leaf.genesis();
            throw new Fault("genesis", "a leaf of another kind");
        } catch (CborMalformed e) {
            throw new Fault("genesis", String.valueOf(e.getMessage()));
        }
    }

    private static P256Key sealingKey(Genesis genesis) throws Fault {
        try {
            return P256Key.of(genesis.sealingKey().spki());
        } catch (IllegalArgumentException e) {
            throw new Fault("genesis", "sealing key: " + e.getMessage());
        }
    }

    private static Optional<Body> body(Leaf leaf, Optional<Body> body) throws Fault {
        switch (leaf) {
            case GenesisLeaf genesis -> {
                if (body.isPresent()) throw new Fault("commitment", "the genesis has no slots");
            }
            case HeaderLeaf header -> {
                if (body.isEmpty()) throw new Fault("commitment", "the slots are missing");
                if (!body.get().commitment().equals(header.commitment())) {
                    throw new Fault("commitment", "the slots are not those that the leaf commits to");
                }
            }
        }
        return body;
    }

    private interface Parser<T> {
        T parse(byte[] bytes) throws CborMalformed;
    }

    private static <T> Optional<T> slot(Optional<Body> body, int position, Parser<T> parser) throws Fault {
        if (body.isEmpty() || !(body.get().slots().get(position) instanceof Slot.Shown shown)) return Optional.empty();
        try {
            return Optional.of(parser.parse(shown.bytes()));
        } catch (CborMalformed e) {
            throw new Fault(Slot.LABELS.get(position), String.valueOf(e.getMessage()));
        }
    }
}
