package org.sealpost.lodging;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.sealpost.evidence.HandOverWrong;
import org.sealpost.evidence.KeyHistory;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Merkle;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;
import org.sealpost.record.GenesisLeaf;
import org.sealpost.record.HandOver;
import org.sealpost.record.Leaf;

/// Leads from an origin's first sealing key to the one in force for a head: the genesis leaf, and each hand-over below
/// the head's size with its path to the head's root (docs/formats.md §2.3).
///
/// @param genesisPath from the genesis leaf to the head's root: for ledgers that are told its hash alone
public record KeyProof(byte[] genesis, List<Hash> genesisPath, List<Step> steps) {
    /// No path, and no proof of consistency, has more hashes.
    static final int MAX_PATH = 64;

    /// A hand-over leaf, and its path.
    public record Step(byte[] leaf, List<Hash> path) {
        public Step {
            path = List.copyOf(path);
        }
    }

    /// What a ledger needs that follows hand-overs one after the other (docs/relay.md §6, C7).
    ///
    /// @param genesisHash and its path: looked at only with the first hand-over that a ledger follows
    /// @param steps       those that it has not followed yet
    public record Hops(Hash genesisHash, List<Hash> genesisPath, List<Step> steps) {
        /// For a head whose key the ledger knows.
        public static final Hops NONE = new Hops(Hash.of(new byte[Hash.SIZE]), List.of(), List.of());

        public Hops {
            genesisPath = List.copyOf(genesisPath);
            steps = List.copyOf(steps);
        }
    }

    public KeyProof {
        genesis = genesis.clone();
        genesisPath = List.copyOf(genesisPath);
        steps = List.copyOf(steps);
    }

    @Override
    public byte[] genesis() {
        return genesis.clone();
    }

    /// What is left of it for a ledger that has followed so many hand-overs.
    public Hops beyond(int followed) {
        if (followed >= steps.size()) return Hops.NONE;
        boolean isFirst = followed == 0;
        return new Hops(
                Merkle.leafHash(genesis), isFirst ? genesisPath : List.of(), steps.subList(followed, steps.size()));
    }

    /// The keys up to the one whose signature the head must have; empty if this does not prove them.
    public Optional<KeyHistory> keysFor(LodgeableHead head) {
        try {
            if (!(Leaf.parse(genesis) instanceof GenesisLeaf(var first))
                    || !first.origin().equals(head.origin())
                    || !Arrays.equals(first.sealingKey().spki(), head.firstKey())) return Optional.empty();
            var keys = KeyHistory.of(first);
            var paths = new ArrayList<List<Hash>>();
            for (var step : steps) {
                keys = keys.after(step.leaf);
                paths.add(step.path);
            }
            return keys.handOversBelow(head.size()) == steps.size() && keys.standIn(head.size(), head.root(), paths)
                    ? Optional.of(keys)
                    : Optional.empty();
        } catch (CborMalformed | HandOverWrong | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /// One item, without the genesis' path: who reads it is given the genesis itself.
    public void write(CborWriter out) {
        write(out.array(2).bytes(genesis), steps);
    }

    /// One item.
    public static void write(CborWriter out, List<Step> steps) {
        out.array(steps.size());
        for (var step : steps) {
            out.array(2).bytes(step.leaf).array(step.path.size());
            for (var hash : step.path) out.bytes(hash.toBytes());
        }
    }

    public static KeyProof read(CborReader in) throws CborMalformed {
        return new KeyProof(in.arrayOf(2).bytes(Leaf.MAX_SIZE_BYTES), List.of(), readSteps(in));
    }

    public static List<Step> readSteps(CborReader in) throws CborMalformed {
        var steps = new ArrayList<Step>();
        for (int left = in.array(HandOver.MAX_NUMBER); left > 0; left--) {
            var leaf = in.arrayOf(2).bytes(Leaf.MAX_SIZE_BYTES);
            var path = new ArrayList<Hash>();
            for (int hashes = in.array(MAX_PATH); hashes > 0; hashes--) path.add(Hash.of(in.fixed(Hash.SIZE)));
            steps.add(new Step(leaf, path));
        }
        return steps;
    }
}
