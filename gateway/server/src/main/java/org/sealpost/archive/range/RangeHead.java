package org.sealpost.archive.range;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.Checkpoint;
import org.sealpost.evidence.HandOverWrong;
import org.sealpost.evidence.KeyHistory;
import org.sealpost.evidence.Seal;
import org.sealpost.evidence.VerifierKey;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;
import org.sealpost.record.Genesis;
import org.sealpost.record.GenesisLeaf;
import org.sealpost.record.HandOver;
import org.sealpost.record.HandOverLeaf;
import org.sealpost.record.Leaf;
import org.sealpost.record.Origin;
import org.sealpost.seal.SealedHead;

/// The head of a range file (docs/formats.md §19): which entries of which log, and the seal that signs them
/// all. What was read was checked as far as it goes without the entries.
///
/// @param next       behind the last entry
/// @param sealed     the head whose seal it is; of `next` entries at least
/// @param bodies     false where bodies were left out
/// @param checkpoint of at most as many entries as the head
/// @param keys       with the hand-overs below the head's size, and no others
/// @param paths      one from each hand-over to the root
/// @param anchors    where the head is said to be
public record RangeHead(
        long from,
        long next,
        SealedHead sealed,
        boolean bodies,
        Optional<Checkpoint> checkpoint,
        Genesis genesis,
        KeyHistory keys,
        List<List<Hash>> paths,
        List<Hash> left,
        List<Hash> right,
        List<AnchorIdentity> anchors) {
    private static final String KIND = "sealpost-range";
    private static final int VERSION = 1;
    private static final int MAX_ANCHORS = 16;
    private static final int MAX_SEAL_BYTES = 4096;
    private static final int MAX_CHECKPOINT_BYTES = 16 << 10;
    private static final int MAX_PATH = 63;

    public RangeHead {
        paths = List.copyOf(paths);
        left = List.copyOf(left);
        right = List.copyOf(right);
        anchors = List.copyOf(anchors);
    }

    public Origin origin() {
        return genesis.origin();
    }

    /// The size of the log that it is a part of.
    public long size() {
        return sealed.size();
    }

    Flanks flanks() {
        return new Flanks(left, right);
    }

    /// The name of its file, which also FAT takes.
    String fileName() {
        return prefix(origin(), from) + next + ".range";
    }

    /// With what the names of all files begin that carry entries of this log from `from` on.
    static String prefix(Origin origin, long from) {
        return origin.name().replace('/', '-') + "-" + from + "-";
    }

    byte[] encode() {
        var out = new CborWriter(4096).array(15).text(KIND).integer(VERSION).text(origin().name());
        out.integer(from).integer(next).integer(size());
        out.bytes(sealed.root().toBytes()).bytes(sealed.seal().bytes()).bool(bodies);
        checkpoint.ifPresentOrElse(note -> out.text(note.format()), out::nil);
        out.bytes(new GenesisLeaf(genesis).encode());
        var handOvers = keys.handOvers();
        out.array(handOvers.size());
        for (int i = 0; i < handOvers.size(); i++) {
            out.array(2).bytes(handOvers.get(i).encode());
            write(out, paths.get(i));
        }
        write(out, left);
        write(out, right);
        out.array(anchors.size());
        for (var anchor : anchors) {
            anchor.write(out.array(3));
            out.nil();
        }
        return out.toBytes();
    }

    private static void write(CborWriter out, List<Hash> hashes) {
        out.array(hashes.size());
        for (var hash : hashes) out.bytes(hash.toBytes());
    }

    /// @throws RangeFault if it is none, or what it says is not signed by the key that it must be signed by
    static RangeHead parse(byte[] bytes) throws RangeFault {
        try {
            var in = new CborReader(bytes).arrayOf(15).expect(KIND).expect(VERSION);
            var origin = in.text(128);
            long from = in.unsigned();
            long next = in.unsigned();
            long size = in.unsigned();
            var root = Hash.of(in.fixed(Hash.SIZE));
            var sealed = new SealedHead(root, Seal.parse(in.bytes(MAX_SEAL_BYTES)));
            boolean bodies = in.bool();
            Optional<Checkpoint> checkpoint = in.nil()
                    ? Optional.empty()
                    : Checkpoint.parse(in.text(MAX_CHECKPOINT_BYTES).getBytes(StandardCharsets.UTF_8))
                            .or(() -> {
                                throw new IllegalArgumentException("its checkpoint is none");
                            });
            if (!(Leaf.parse(in.bytes(Leaf.MAX_SIZE_BYTES)) instanceof GenesisLeaf(var genesis))) {
                throw new RangeFault("its genesis is a leaf of another kind");
            }
            var keys = KeyHistory.of(genesis);
            var paths = new ArrayList<List<Hash>>();
            int handOvers = in.array(HandOver.MAX_NUMBER);
            for (int i = 0; i < handOvers; i++) {
                keys = keys.after(in.arrayOf(2).bytes(Leaf.MAX_SIZE_BYTES));
                paths.add(hashes(in, MAX_PATH));
            }
            var left = hashes(in, MAX_PATH);
            var right = hashes(in, 2 * MAX_PATH);
            var anchors = new ArrayList<AnchorIdentity>();
            int anchorCount = in.array(MAX_ANCHORS);
            for (int i = 0; i < anchorCount; i++) {
                anchors.add(AnchorIdentity.read(in.arrayOf(3)));
                if (!in.nil()) throw new RangeFault("a proof of an anchor: range files carry none");
            }
            in.end();
            var head =
                    new RangeHead(from, next, sealed, bodies, checkpoint, genesis, keys, paths, left, right, anchors);
            head.check(origin, size);
            return head;
        } catch (CborMalformed | HandOverWrong | IllegalArgumentException e) {
            throw new RangeFault("the head: " + e.getMessage());
        }
    }

    private static List<Hash> hashes(CborReader in, int max) throws CborMalformed {
        int count = in.array(max);
        var all = new ArrayList<Hash>(count);
        for (int i = 0; i < count; i++) all.add(Hash.of(in.fixed(Hash.SIZE)));
        return all;
    }

    private void check(String saidOrigin, long saidSize) throws RangeFault {
        var seal = sealed.seal();
        if (!saidOrigin.equals(origin().name()) || !seal.origin().equals(origin())) {
            throw new RangeFault("the head names another origin than its genesis");
        }
        if (saidSize != size()) throw new RangeFault("the head is of " + saidSize + " entries, its seal of " + size());
        if (from >= next || next > size()) {
            throw new RangeFault("the head: entries " + from + " to " + (next - 1) + " of " + size());
        }
        if (!flanks().fit(from, next, size())) throw new RangeFault("the head has not the hashes beside its entries");
        if (!seal.genesisHash().equals(keys.genesisHash())) throw new RangeFault("the seal is of another genesis");
        if (seal.suite() != genesis.suite()) throw new RangeFault("the seal is of another suite than the genesis");
        if (keys.handOversBelow(size()) != paths.size() || !keys.standIn(size(), sealed.root(), paths)) {
            throw new RangeFault("the head's hand-overs are not proved to stand in its tree");
        }
        if (!seal.isSignedBy(keys.inForce(size()).key(), sealed.root())) {
            throw new RangeFault("the seal is not by the key in force over this root");
        }
        if (checkpoint.isPresent()) check(checkpoint.get());
    }

    private void check(Checkpoint note) throws RangeFault {
        var head = note.head();
        if (!head.origin().equals(origin()) || head.size() > size()) {
            throw new RangeFault("the checkpoint is of another log, or of more entries than the seal");
        }
        var key = VerifierKey.p256(origin(), keys.inForce(head.size()).key());
        if (!key.verifies(note.note())) throw new RangeFault("the checkpoint is not signed by the key in force");
        if (head.size() == size() && !head.root().equals(sealed.root())) {
            throw new RangeFault("the checkpoint has another root than the seal of the same size");
        }
    }

    /// A hand-over that must stand at this index, if there is one.
    Optional<HandOverLeaf> handOverAt(long index) {
        return keys.handOvers().stream()
                .filter(leaf -> leaf.handOver().index() == index)
                .findFirst();
    }
}
