package org.sealpost.evidence;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Inclusion;
import org.sealpost.merkle.Merkle;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.Genesis;
import org.sealpost.record.GenesisLeaf;
import org.sealpost.record.HandOverLeaf;
import org.sealpost.record.Leaf;

/// The sealing keys of an origin, one after the other, each checked against the one before it (docs/formats.md §2.3).
/// Whether the hand-overs stand in a tree is for [#standIn] to say. Immutable.
///
/// @param tenures the genesis' key first
public record KeyHistory(Hash genesisHash, List<Tenure> tenures) {
    /// A key, and how it came to seal.
    ///
    /// @param afterSize heads of more entries than this are the key's, until the next hand-over: the index of the
    ///     hand-over to it, −1 for the genesis' key
    /// @param by        the leaf that named it; empty for the genesis' key, and where a ledger keeps no leaves
    public record Tenure(P256Key key, String token, long afterSize, Optional<HandOverLeaf> by) {
        /// The genesis' key.
        public static Tenure first(P256Key key, String token) {
            return new Tenure(key, token, -1, Optional.empty());
        }

        /// What a ledger keeps of a hand-over that it has followed.
        ///
        /// @param index of the hand-over
        public static Tenure followed(P256Key key, long index) {
            return new Tenure(key, "", index, Optional.empty());
        }
    }

    public KeyHistory {
        tenures = List.copyOf(tenures);
    }

    /// @throws IllegalArgumentException if its sealing key is none
    public static KeyHistory of(Genesis genesis) {
        var first = Tenure.first(
                P256Key.of(genesis.sealingKey().spki()), genesis.sealingKey().token());
        return new KeyHistory(Merkle.leafHash(new GenesisLeaf(genesis).encode()), List.of(first));
    }

    /// The history with one hand-over more.
    ///
    /// @throws HandOverWrong if the leaf is no hand-over of this origin from the key in force
    public KeyHistory after(byte[] leaf) throws HandOverWrong {
        int number = tenures.size();
        try {
            if (!(Leaf.parse(leaf) instanceof HandOverLeaf found)) throw wrong(number, "a leaf of another kind");
            check(number, found);
            var all = new ArrayList<>(tenures);
            var key = found.handOver().newKey();
            all.add(new Tenure(
                    P256Key.of(key.spki()), key.token(), found.handOver().index(), Optional.of(found)));
            return new KeyHistory(genesisHash, all);
        } catch (CborMalformed | IllegalArgumentException e) {
            throw wrong(number, String.valueOf(e.getMessage()));
        }
    }

    private void check(int number, HandOverLeaf leaf) throws HandOverWrong {
        var said = leaf.handOver();
        var old = tenures.getLast();
        var next = P256Key.of(said.newKey().spki());
        if (said.number() != number) throw wrong(number, "it says that it is number " + said.number());
        if (!Arrays.equals(said.genesisHash(), genesisHash.toBytes())) throw wrong(number, "it is of another genesis");
        if (said.index() <= old.afterSize()) throw wrong(number, "its index is not above that of the one before");
        if (!Arrays.equals(said.oldKey(), old.key().thumbprint().toBytes())) {
            throw wrong(number, "it hands over from a key that was not in force");
        }
        if (tenures.stream().anyMatch(tenure -> tenure.key().equals(next))) {
            throw wrong(number, "it hands over to a key that sealed before");
        }
        var message = said.toBeSigned();
        if (leaf.byOld().isPresent()
                && !old.key().verifies(message, P256Signature.ofRaw(leaf.byOld().get()))) {
            throw wrong(number, "its first signature is not the old key's");
        }
        if (!next.verifies(message, P256Signature.ofRaw(leaf.byNew()))) {
            throw wrong(number, "its second signature is not the new key's");
        }
    }

    public P256Key first() {
        return tenures.getFirst().key();
    }

    /// The newest key.
    public P256Key last() {
        return tenures.getLast().key();
    }

    /// All of them, the first one first.
    public List<P256Key> keys() {
        return tenures.stream().map(Tenure::key).toList();
    }

    /// Who seals a head of this size.
    ///
    /// @param size the bits of an unsigned number
    public Tenure inForce(long size) {
        return tenures.get(handOversBelow(size));
    }

    /// How many hand-overs a head of this size covers.
    ///
    /// @param size the bits of an unsigned number
    public int handOversBelow(long size) {
        int count = 0;
        for (var tenure : tenures.subList(1, tenures.size())) {
            if (Long.compareUnsigned(tenure.afterSize(), size) < 0) count++;
        }
        return count;
    }

    /// All hand-overs in their order, but for those whose leaves are not known.
    public List<HandOverLeaf> handOvers() {
        return tenures.stream().flatMap(tenure -> tenure.by().stream()).toList();
    }

    /// Whether those that a head covers, and no others, are proved to stand in its tree. The leaf of each must be
    /// known.
    ///
    /// @param paths one for each, in their order
    public boolean standIn(long size, Hash root, List<List<Hash>> paths) {
        int count = handOversBelow(size);
        if (paths.size() != count) return false;
        for (int i = 0; i < count; i++) {
            var leaf = tenures.get(i + 1).by().orElseThrow();
            var found = Inclusion.rootFrom(
                    Merkle.leafHash(leaf.encode()), leaf.handOver().index(), size, paths.get(i));
            if (!found.equals(Optional.of(root))) return false;
        }
        return true;
    }

    private static HandOverWrong wrong(int number, String why) {
        return new HandOverWrong("hand-over " + number + ": " + why);
    }
}
