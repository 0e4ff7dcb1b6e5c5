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
import org.sealpost.record.HandOverLeaf;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.Leaf;
import org.sealpost.record.References;
import org.sealpost.record.Slot;
import org.sealpost.record.Source;

/// An entry whose seals hold: all of it is under the signatures of the sealing keys in force at the heads' sizes.
///
/// The checks stand in [#check] in the order of docs/formats.md §8; each ends in a [Fault] that names its part.
///
/// @param source empty where withheld, as the other slots; all are empty for the genesis and for hand-overs
/// @param keys   with all hand-overs of the file; the last of them are those that the last seal covers
/// @param seals  one or more, sizes ascending
record SealedEntry(
        Leaf leaf,
        Optional<Source> source,
        Optional<ClockReading> clock,
        Optional<Content> content,
        Optional<References> references,
        Genesis genesis,
        KeyHistory keys,
        long index,
        List<Sealed> seals) {

    /// A head and what the box's clock said when it was sealed.
    ///
    /// @param tenure which of the keys sealed it, from 0
    record Sealed(Head head, ClockReading time, int tenure, List<AnchorClaim> anchors) {}

    static SealedEntry check(Evidence evidence) throws Fault {
        var leaf = leaf(evidence);
        var genesis = genesis(evidence.genesis());
        var keys = firstKey(genesis);
        if (leaf instanceof GenesisLeaf && !Arrays.equals(evidence.leaf(), evidence.genesis())) {
            throw new Fault("genesis", "the leaf is another genesis than the file's");
        }
        for (var handOver : evidence.handOvers()) keys = after(keys, handOver);
        var body = body(leaf, evidence.body());
        var source = slot(body, Slot.SOURCE, Source::parse);
        var clock = slot(body, Slot.CLOCK, ClockReading::parse);
        var content = slot(body, Slot.CONTENT, Content::parse);
        var references = slot(body, Slot.REFERENCES, References::parse);

        var heads = new HeadCheck(leaf, Merkle.leafHash(evidence.leaf()), genesis, keys);
        for (var head : evidence.heads()) heads.next(head);
        heads.end();
        return new SealedEntry(leaf, source, clock, content, references, genesis, keys, heads.index(), heads.sealed());
    }

    private static Leaf leaf(Evidence evidence) throws Fault {
        try {
            var leaf = Leaf.parse(evidence.leaf());
            if (leaf instanceof HandOverLeaf
                    && evidence.handOvers().stream().noneMatch(other -> Arrays.equals(other, evidence.leaf()))) {
                throw new Fault("leaf", "a hand-over that is not one of the file's");
            }
            return leaf;
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

    private static KeyHistory firstKey(Genesis genesis) throws Fault {
        try {
            return KeyHistory.of(genesis);
        } catch (IllegalArgumentException e) {
            throw new Fault("genesis", "sealing key: " + e.getMessage());
        }
    }

    private static KeyHistory after(KeyHistory keys, byte[] handOver) throws Fault {
        try {
            return keys.after(handOver);
        } catch (HandOverWrong e) {
            throw new Fault("hand-over", String.valueOf(e.getMessage()));
        }
    }

    Hash genesisHash() {
        return keys.genesisHash();
    }

    /// Which of the keys sealed the heads, each once, ascending.
    List<Integer> tenures() {
        return seals.stream().map(Sealed::tenure).distinct().toList();
    }

    Sealed firstSealBy(int tenure) {
        return seals.stream()
                .filter(seal -> seal.tenure() == tenure)
                .findFirst()
                .orElseThrow();
    }

    private static Optional<Body> body(Leaf leaf, Optional<Body> body) throws Fault {
        switch (leaf) {
            case GenesisLeaf genesis -> {
                if (body.isPresent()) throw new Fault("commitment", "the genesis has no slots");
            }
            case HandOverLeaf handOver -> {
                if (body.isPresent()) throw new Fault("commitment", "a hand-over has no slots");
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
