package org.sealpost.anchor;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.sealpost.evidence.Checkpoint;
import org.sealpost.evidence.HandOverWrong;
import org.sealpost.evidence.Head;
import org.sealpost.evidence.KeyHistory;
import org.sealpost.evidence.P256Key;
import org.sealpost.evidence.P256Signature;
import org.sealpost.evidence.VerifierKey;
import org.sealpost.lodging.KeyProof;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Inclusion;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;
import org.sealpost.record.GenesisLeaf;
import org.sealpost.record.Leaf;
import org.sealpost.seal.LogIdentity;
import org.sealpost.seal.Tree;

/// A sealed head with all that its lodging needs, as a file (docs/formats.md §24). It holds no secret, and
/// whoever has it may lodge it: a courier, another box.
///
/// @param checkpoint  with one line, which should be the sealing key's
/// @param genesisPath of the genesis to the head's root where there are hand-overs, else empty: a ledger that
///     follows the first of them asks for it
/// @param handOvers   all below the head's size
/// @param proofs      ascending, at most [#MAX_PROOFS]
public record HeadFile(
        Checkpoint checkpoint,
        GenesisLeaf genesis,
        List<Hash> genesisPath,
        List<KeyProof.Step> handOvers,
        List<From> proofs) {
    public static final int MAX_SIZE_BYTES = 256 << 10;
    public static final int MAX_PROOFS = 64;

    /// What the text begins with that a phone reads. No file does, and each character is one of base45.
    public static final String TEXT_PREFIX = "SPH1:";

    private static final String KIND = "sealpost-head";
    private static final int VERSION = 1;
    private static final int MAX_CHECKPOINT_BYTES = 1024;
    private static final int MAX_KEY_BYTES = 2048;
    private static final int MAX_PATH = 64;
    private static final String EXPORT_AGAIN = "export it at its box once more: sealpost anchor export-head";

    /// RFC 9162 proof that the log was continued from a smaller size to the head's.
    ///
    /// @param size from 1; a ledger that holds nothing of the log needs no proof
    public record From(long size, List<Hash> path) {
        public From {
            path = List.copyOf(path);
        }
    }

    public HeadFile {
        genesisPath = List.copyOf(genesisPath);
        handOvers = List.copyOf(handOvers);
        proofs = List.copyOf(proofs);
    }

    /// Of a log as it is here.
    ///
    /// @param checkpoint of at most as many entries as the tree has; the sealing key's line first
    /// @param bases      sizes that ledgers may hold; those that are not below the checkpoint's are left out,
    ///     and of many the largest are taken
    /// @throws HeadRefused if the file would be larger than any may be
    public static HeadFile of(LogIdentity identity, Tree tree, Checkpoint checkpoint, Set<Long> bases)
            throws HeadRefused {
        var head = checkpoint.head();
        var handOvers = SealedHeads.handOvers(identity, tree, head.size());
        var below = new TreeSet<>(bases).subSet(1L, head.size());
        var proofs = below.stream()
                .skip(Math.max(0, below.size() - MAX_PROOFS))
                .map(base -> new From(base, tree.consistency(base, head.size())))
                .toList();
        var file = new HeadFile(
                new Checkpoint(head, checkpoint.signatures().subList(0, 1)),
                new GenesisLeaf(identity.genesis()),
                handOvers.isEmpty() ? List.of() : tree.inclusion(0, head.size()),
                handOvers,
                proofs);
        int size = file.toBytes().length;
        if (size > MAX_SIZE_BYTES) {
            throw new HeadRefused(
                    "the head file of " + head.origin() + " would have " + size + " bytes, at most " + MAX_SIZE_BYTES
                            + " are allowed: the log was handed over " + handOvers.size() + " times",
                    "have the box itself lodge it");
        }
        return file;
    }

    public byte[] toBytes() {
        var out = new CborWriter().array(8).text(KIND).integer(VERSION);
        out.text(checkpoint.format());
        out.bytes(genesis.genesis().sealingKey().spki()).bytes(genesis.encode());
        write(out, genesisPath);
        KeyProof.write(out, handOvers);
        out.array(proofs.size());
        for (var proof : proofs) {
            out.array(2).integer(proof.size);
            write(out, proof.path);
        }
        return out.toBytes();
    }

    /// The same as a text for a QR code: [#TEXT_PREFIX], then base45.
    public String toText() {
        return TEXT_PREFIX + Base45.encode(toBytes());
    }

    /// The same with one proof at most, so that it is small.
    ///
    /// @param from the size that it is to lead from, where it does; else the largest that it has a proof from
    public HeadFile withOneProof(OptionalLong from) {
        var kept = proofs.stream()
                .filter(proof -> from.isEmpty() || proof.size == from.getAsLong())
                .max(Comparator.comparingLong(From::size));
        return new HeadFile(
                checkpoint, genesis, genesisPath, handOvers, kept.stream().toList());
    }

    /// Reads the one form that we write, as bytes or as text, in which lines may be broken. Whether what it says
    /// holds is for [#checked] to tell.
    ///
    /// @throws CborMalformed if it is no head file, or was cut off or altered so that it is none any more
    public static HeadFile parse(byte[] bytes) throws CborMalformed {
        var prefix = TEXT_PREFIX.getBytes(StandardCharsets.US_ASCII);
        if (bytes.length <= MAX_SIZE_BYTES
                && bytes.length >= prefix.length
                && Arrays.equals(prefix, 0, prefix.length, bytes, 0, prefix.length)) {
            var text = new String(bytes, prefix.length, bytes.length - prefix.length, StandardCharsets.ISO_8859_1);
            return parseBytes(Base45.decode(text.replace("\r", "").replace("\n", "")));
        }
        return parseBytes(bytes);
    }

    private static HeadFile parseBytes(byte[] bytes) throws CborMalformed {
        if (bytes.length > MAX_SIZE_BYTES) {
            throw new CborMalformed(MAX_SIZE_BYTES, "a head file has at most " + MAX_SIZE_BYTES + " bytes");
        }
        var in = new CborReader(bytes).arrayOf(8).expect(KIND).expect(VERSION);
        var checkpoint = checkpoint(in);
        var genesis = genesis(in);
        var genesisPath = hashes(in);
        var handOvers = KeyProof.readSteps(in);
        var proofs = new ArrayList<From>();
        long last = 0;
        for (int left = in.array(MAX_PROOFS); left > 0; left--) {
            in.arrayOf(2);
            last = in.unsigned("size of a proof", last + 1, checkpoint.head().size() - 1);
            proofs.add(new From(last, hashes(in)));
        }
        in.end();
        return new HeadFile(checkpoint, genesis, genesisPath, handOvers, proofs);
    }

    private static Checkpoint checkpoint(CborReader in) throws CborMalformed {
        int at = in.position();
        var note = in.text(MAX_CHECKPOINT_BYTES).getBytes(StandardCharsets.UTF_8);
        return Checkpoint.parse(note)
                .filter(found -> found.signatures().size() == 1)
                .orElseThrow(() -> new CborMalformed(at, "no checkpoint with one signature"));
    }

    private static GenesisLeaf genesis(CborReader in) throws CborMalformed {
        int at = in.position();
        var firstKey = in.bytes(MAX_KEY_BYTES);
        if (!(Leaf.parse(in.bytes(Leaf.MAX_SIZE_BYTES)) instanceof GenesisLeaf genesis)) {
            throw new CborMalformed(at, "another leaf than a genesis");
        }
        if (!Arrays.equals(genesis.genesis().sealingKey().spki(), firstKey)) {
            throw new CborMalformed(at, "another first key than the genesis names");
        }
        return genesis;
    }

    /// What is to be lodged, once the file was found to prove of itself that the log's own keys signed it.
    ///
    /// @throws HeadRefused if it does not
    public LodgeableHead checked() throws HeadRefused {
        var head = checkpoint.head();
        var origin = genesis.genesis().origin();
        if (!origin.equals(head.origin())) {
            throw refused("its genesis is of origin " + origin + ", and its checkpoint of " + head.origin());
        }
        if (head.size() < 2) {
            throw new HeadRefused("its head covers the genesis alone", "export it again once a record was sealed");
        }
        var history = history();
        requireInTree(history);
        if (!VerifierKey.p256(origin, history.last()).verifies(checkpoint.note())) {
            throw refused("its checkpoint is not signed by the log's key "
                    + history.last().thumbprint());
        }
        var signature = P256Signature.ofDer(checkpoint.signatures().getFirst().signature())
                .orElseThrow();
        var signed = new LodgeableHead(
                origin, head.size(), head.root(), genesis.genesis().sealingKey().spki(), signature.raw());
        return handOvers.isEmpty() ? signed : signed.with(new KeyProof(genesis.encode(), genesisPath, handOvers));
    }

    private KeyHistory history() throws HeadRefused {
        try {
            var history = KeyHistory.of(genesis.genesis());
            for (var step : handOvers) history = history.after(step.leaf());
            return history;
        } catch (HandOverWrong e) {
            throw refused(String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            throw refused("its first key: " + e.getMessage());
        }
    }

    private void requireInTree(KeyHistory history) throws HeadRefused {
        var head = checkpoint.head();
        var paths = handOvers.stream().map(KeyProof.Step::path).toList();
        boolean first = paths.isEmpty()
                ? genesisPath.isEmpty()
                : Inclusion.rootFrom(history.genesisHash(), 0, head.size(), genesisPath)
                        .equals(Optional.of(head.root()));
        if (!first || !history.standIn(head.size(), head.root(), paths)) {
            throw refused("its hand-overs are not proved to stand below its head");
        }
    }

    /// The keys that sealed the log, up to its head.
    ///
    /// @throws HeadRefused as [#checked] does
    public List<P256Key> keys() throws HeadRefused {
        return history().keys();
    }

    /// Whether the log was ever handed over without its key: ledgers that have no owner follow no such step.
    ///
    /// @throws HeadRefused as [#checked] does
    boolean isBroken() throws HeadRefused {
        return history().handOvers().stream().anyMatch(leaf -> leaf.handOver().isBreak());
    }

    /// The proof from this size, if the file has it.
    public Optional<List<Hash>> from(long size) {
        return proofs.stream()
                .filter(proof -> proof.size == size)
                .map(From::path)
                .findFirst();
    }

    public Head head() {
        return checkpoint.head();
    }

    private static HeadRefused refused(String cause) {
        return new HeadRefused(cause, EXPORT_AGAIN);
    }

    private static void write(CborWriter out, List<Hash> hashes) {
        out.array(hashes.size());
        for (var hash : hashes) out.bytes(hash.toBytes());
    }

    private static List<Hash> hashes(CborReader in) throws CborMalformed {
        var hashes = new ArrayList<Hash>();
        for (int left = in.array(MAX_PATH); left > 0; left--) hashes.add(Hash.of(in.fixed(Hash.SIZE)));
        return hashes;
    }
}
