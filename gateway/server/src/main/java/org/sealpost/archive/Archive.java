package org.sealpost.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.sealpost.anchor.AnchorProof;
import org.sealpost.anchor.AnchorState;
import org.sealpost.anchor.Anchored;
import org.sealpost.anchor.FinalHead;
import org.sealpost.archive.erasure.ErasableLeaf;
import org.sealpost.archive.erasure.Erasures;
import org.sealpost.archive.erasure.KeptSlots;
import org.sealpost.evidence.AnchorClaim;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.Evidence;
import org.sealpost.evidence.EvidenceHead;
import org.sealpost.evidence.P256Key;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalEntry;
import org.sealpost.record.Body;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Content;
import org.sealpost.record.GenesisLeaf;
import org.sealpost.record.HandOverLeaf;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.Leaf;
import org.sealpost.record.Slot;
import org.sealpost.record.Source;
import org.sealpost.seal.Leaves;
import org.sealpost.seal.LogIdentity;
import org.sealpost.seal.SealLog;
import org.sealpost.seal.SealedHead;
import org.sealpost.seal.Tree;

/// Answers questions about entries, and assembles their evidence. Reads disks: not for event loops. Thread-safe.
public final class Archive {
    private final LogIdentity identity;
    private final Journal entries;
    private final Leaves leaves;
    private final Tree tree;
    private final SealLog seals;
    private final List<? extends Anchored> anchorages;
    private final Function<P256Key, List<byte[]>> certificates;
    private final Erasures erasures;

    /// @param leaves       also of what the journal gave up
    /// @param certificates of a sealing key, its own first; none if nobody certified it
    public Archive(
            LogIdentity identity,
            Journal entries,
            Leaves leaves,
            Tree tree,
            SealLog seals,
            List<? extends Anchored> anchorages,
            Function<P256Key, List<byte[]>> certificates,
            Erasures erasures) {
        this.identity = identity;
        this.entries = entries;
        this.leaves = leaves;
        this.tree = tree;
        this.seals = seals;
        this.anchorages = List.copyOf(anchorages);
        this.certificates = certificates;
        this.erasures = erasures;
    }

    public LogIdentity identity() {
        return identity;
    }

    /// Entries that are durable.
    public long size() {
        return entries.size();
    }

    /// Whether damage took the record at an index, or its body: salvage has said so in the journal.
    public boolean isLost(long index) throws IOException {
        return kept(index).filter(JournalEntry::isLost).isPresent();
    }

    /// Whether the body of an entry was ordered to be erased. Does not wait.
    public boolean isHidden(long index) {
        return erasures.hides(index);
    }

    /// What is left of a record whose body was ordered to be erased, whether its bytes are still there or not;
    /// empty if nothing of the kind was.
    public Optional<ErasedRecord> erased(long index) throws IOException {
        var found = kept(index);
        if (found.isEmpty() || found.get().isLost()) return Optional.empty();
        var entry = found.get();
        try {
            if (!(Leaf.parse(entry.leaf()) instanceof HeaderLeaf leaf) || !isHidden(entry, leaf)) {
                return Optional.empty();
            }
            return Optional.of(new ErasedRecord(index, leaf, stateOf(index), erasures.of(index), erasures.kept(index)));
        } catch (CborMalformed e) {
            throw malformed(index, e);
        }
    }

    /// Whether the body of an entry is not there for anybody: erased, or to be.
    private boolean isHidden(JournalEntry entry, Leaf leaf) {
        return entry.bodyErased() || erasures.hides(entry.index()) && ErasableLeaf.is(leaf);
    }

    /// The entry at an index; empty if there is none, or it was given up.
    private Optional<JournalEntry> kept(long index) throws IOException {
        if (index < entries.firstIndex() || index >= entries.size()) return Optional.empty();
        try {
            return Optional.of(entries.read(index));
        } catch (IndexOutOfBoundsException gone) {
            if (index >= entries.firstIndex()) throw gone;
            return Optional.empty();
        }
    }

    /// What is known of a record whose segment was given up; empty if it was not, or is no record.
    public Optional<GivenUpRecord> givenUp(long index) throws IOException {
        if (index < 0 || index >= entries.firstIndex()) return Optional.empty();
        try {
            return Leaf.parse(leaves.leaf(index)) instanceof HeaderLeaf leaf
                    ? Optional.of(new GivenUpRecord(
                            index,
                            leaf,
                            stateOf(index),
                            seals.firstCovering(index).map(SealedHead::seal)))
                    : Optional.empty();
        } catch (CborMalformed e) {
            throw malformed(index, e);
        }
    }

    /// The record at an index; empty if there is none, if it was lost, erased or given up, or if it
    /// is the genesis, which is no record.
    public Optional<StoredRecord> find(long index) throws IOException {
        var found = kept(index);
        if (found.isEmpty() || found.get().isLost()) return Optional.empty();
        var entry = found.get();
        try {
            if (!(Leaf.parse(entry.leaf()) instanceof HeaderLeaf leaf) || isHidden(entry, leaf)) {
                return Optional.empty();
            }
            var body = Body.parse(entry.body());
            return Optional.of(new StoredRecord(
                    index,
                    leaf,
                    Source.parse(shown(body, Slot.SOURCE)),
                    ClockReading.parse(shown(body, Slot.CLOCK)),
                    Content.parse(shown(body, Slot.CONTENT)),
                    stateOf(index),
                    seals.firstCovering(index).map(SealedHead::seal)));
        } catch (CborMalformed e) {
            throw malformed(index, e);
        }
    }

    private static IOException malformed(long index, CborMalformed e) {
        return new IOException("entry " + index + " is not what intake writes: " + e.getMessage(), e);
    }

    /// How far it has come. The box's own ledger does not count: it convinces nobody else. An authority that stamps any
    /// history makes nothing final, unless the owner named it.
    public RecordState stateOf(long index) throws IOException {
        var state = index < seals.sealedSize() ? RecordState.SEALED : RecordState.CAPTURED;
        for (var anchorage : anchorages) {
            if (!anchorage.convincesOthers()) continue;
            switch (anchorage.stateOf(index)) {
                case AnchorState.Final _
                when anchorage.makesFinal() -> {
                    return RecordState.FINAL;
                }
                case AnchorState.Final _, AnchorState.Anchored _ -> state = RecordState.ANCHORED;
                case AnchorState.Waiting() -> {}
            }
        }
        return state;
    }

    /// The evidence file of an entry; empty as long as no seal covers it, and once its salts are erased. Where
    /// its body alone is erased all slots are withheld.
    ///
    /// @throws IndexOutOfBoundsException if there is no such entry, or it was given up
    public Optional<byte[]> evidence(long index) throws IOException {
        if (index < 0 || index >= entries.size()) throw new IndexOutOfBoundsException("no entry " + index);
        if (index >= seals.sealedSize()) return Optional.empty();
        var entry = entries.read(index);
        var leaf = leaf(entry);
        var hidden = hiddenOf(index);
        Optional<Body> body = Optional.empty();
        if (leaf instanceof HeaderLeaf) {
            body = isHidden(entry, leaf) ? erasures.kept(index).map(KeptSlots::withheld) : Optional.of(body(entry));
            if (body.isEmpty()) return Optional.empty();
        }
        var heads = new ArrayList<EvidenceHead>();
        var covering = headsCovering(index);
        for (var head : covering.values()) {
            long size = head.sealed.size();
            var receipt = head.sealed.seal().receipt(index, tree.inclusion(index, size));
            var paths = handOversBelow(size).stream()
                    .map(handOver -> tree.inclusion(handOver.handOver().index(), size))
                    .toList();
            heads.add(new EvidenceHead(receipt, head.claims(), paths));
        }
        var handOvers = handOversBelow(covering.lastKey()).stream()
                .map(HandOverLeaf::encode)
                .toList();
        var key = identity.keys().inForce(covering.lastKey()).key();
        var genesis = new GenesisLeaf(identity.genesis()).encode();
        var evidence = new Evidence(
                        entry.leaf(),
                        body,
                        genesis,
                        heads,
                        certificates.apply(key),
                        handOvers,
                        sharedParts(covering.values()))
                .encode();
        // An order may have come meanwhile, and it is in force.
        return hidden.equals(hiddenOf(index)) ? Optional.of(evidence) : evidence(index);
    }

    /// @param salts whether they go, too
    private record Hidden(boolean body, boolean salts) {}

    private Hidden hiddenOf(long index) {
        return new Hidden(erasures.hides(index), erasures.hidesSalts(index));
    }

    private List<HandOverLeaf> handOversBelow(long size) {
        return identity.keys().handOvers().subList(0, identity.keys().handOversBelow(size));
    }

    private static Leaf leaf(JournalEntry entry) throws IOException {
        try {
            return Leaf.parse(entry.leaf());
        } catch (CborMalformed e) {
            throw malformed(entry.index(), e);
        }
    }

    private static Body body(JournalEntry entry) throws IOException {
        try {
            return Body.parse(entry.body());
        } catch (CborMalformed e) {
            throw malformed(entry.index(), e);
        }
    }

    private record HeadWithAnchors(SealedHead sealed, List<Anchor> anchors) {
        List<AnchorClaim> claims() {
            return anchors.stream()
                    .map(anchor -> new AnchorClaim(anchor.identity, anchor.proof.map(AnchorProof::bytes)))
                    .toList();
        }
    }

    private record Anchor(AnchorIdentity identity, Optional<AnchorProof> proof) {}

    /// Each once, in the order in which the proofs name them first.
    private static List<byte[]> sharedParts(Collection<HeadWithAnchors> heads) {
        var parts = new LinkedHashMap<ByteBuffer, byte[]>();
        for (var head : heads) {
            for (var anchor : head.anchors) {
                for (var part : anchor.proof.map(AnchorProof::shared).orElse(List.of())) {
                    parts.putIfAbsent(ByteBuffer.wrap(part), part);
                }
            }
        }
        return List.copyOf(parts.values());
    }

    /// Per anchorage the first final head that covers the entry and has its seal; the newest seal where none has any.
    private TreeMap<Long, HeadWithAnchors> headsCovering(long index) throws IOException {
        var heads = new TreeMap<Long, HeadWithAnchors>();
        for (var anchorage : anchorages) {
            var covering = firstSealedCovering(anchorage, index);
            if (covering.isEmpty()) continue;
            var anchor = new Anchor(anchorage.identity().orElseThrow(), anchorage.proof(covering.get().head));
            var sealed = covering.get().sealed;
            heads.computeIfAbsent(sealed.size(), _ -> new HeadWithAnchors(sealed, new ArrayList<>()))
                    .anchors
                    .add(anchor);
        }
        if (heads.isEmpty()) {
            var newest = seals.newest().orElseThrow();
            heads.put(newest.size(), new HeadWithAnchors(newest, List.of()));
        }
        return heads;
    }

    private record SealedFinal(FinalHead head, SealedHead sealed) {}

    /// While an anchorage was out of the configuration, seals that it needs may have been given up with others.
    private Optional<SealedFinal> firstSealedCovering(Anchored anchorage, long index) throws IOException {
        for (var head = anchorage.firstFinalCovering(index);
                head.isPresent();
                head = anchorage.firstFinalCovering(head.get().size())) {
            var sealed = seals.ofSize(head.get().size());
            if (sealed.isPresent()) return Optional.of(new SealedFinal(head.get(), sealed.get()));
        }
        return Optional.empty();
    }

    private static byte[] shown(Body body, int position) throws CborMalformed {
        if (body.slots().get(position) instanceof Slot.Shown shown) return shown.bytes();
        throw new CborMalformed(0, "slot " + Slot.LABELS.get(position) + " was erased");
    }
}
