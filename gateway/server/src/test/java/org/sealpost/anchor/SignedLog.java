package org.sealpost.anchor;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.sealpost.evidence.P256Key;
import org.sealpost.lodging.KeyProof;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.lodging.OriginId;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Merkle;
import org.sealpost.merkle.Proofs;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Genesis;
import org.sealpost.record.GenesisLeaf;
import org.sealpost.record.HandOver;
import org.sealpost.record.HandOverLeaf;
import org.sealpost.record.KeyRole;
import org.sealpost.record.Leaf;
import org.sealpost.record.Origin;
import org.sealpost.record.Suite;

/// A small log with a signing key, which may be handed over: heads of it as the sealer would hand them over.
public final class SignedLog implements HeadSource {
    public static final String TOKEN = "test token";
    public static final ClockReading CLOCK = new ClockReading(
            1_800_000_000_000L,
            ClockReading.State.SYNCED,
            ClockReading.Source.NTS,
            OptionalLong.of(12),
            new byte[16],
            3_000_000);

    /// A hand-over leaf and where it stands. The leaf is what it is: tests hand over wrongly, too.
    private record Tenure(long index, byte[] leaf, SoftwareKey key) {}

    private final Origin origin;
    private final SoftwareKey key;
    private final byte[] genesis;
    private final List<Hash> leaves = new ArrayList<>();
    private final List<Tenure> tenures = new ArrayList<>();
    private final Set<Long> thinned = new HashSet<>();
    private long published;

    public SignedLog(String origin, long secret) {
        this(new Origin(origin), SoftwareKey.p256ForTests(secret));
    }

    private SignedLog(Origin origin, SoftwareKey key) {
        this.origin = origin;
        this.key = key;
        var keys = List.of(new Genesis.Key(KeyRole.SEAL, key.spki(), TOKEN));
        this.genesis = new GenesisLeaf(
                        new Genesis(origin, Suite.SHA256_P256, keys, "test", CLOCK, new byte[32], Optional.empty()))
                .encode();
    }

    /// A log with another content from entry `from` on, by the same keys as far as they were handed over
    /// before, and of the same name.
    public SignedLog forkedAt(int from) {
        var fork = new SignedLog(origin, key);
        for (int i = 0; i < leaves.size(); i++) {
            fork.leaves.add(i < from ? leaves.get(i) : leaf("fork " + i));
        }
        tenures.stream().filter(tenure -> tenure.index < from).forEach(fork.tenures::add);
        fork.published = published;
        return fork;
    }

    public SignedLog growTo(long size) {
        if (leaves.isEmpty()) leaves.add(Merkle.leafHash(genesis));
        while (leaves.size() < size) leaves.add(leaf("entry " + leaves.size()));
        published = Math.max(published, size);
        return this;
    }

    /// An entry of any bytes, behind which nothing is otherwise.
    public SignedLog append(byte[] leaf) {
        growTo(1);
        leaves.add(Merkle.leafHash(leaf));
        return this;
    }

    /// The next entry hands the log over to the key of this secret.
    public SignedLog handOver(long secret) {
        return handOver(secret, HandOver.Reason.PLANNED);
    }

    /// The same without the old key.
    public SignedLog breakTo(long secret) {
        return handOver(secret, HandOver.Reason.LOST);
    }

    private SignedLog handOver(long secret, HandOver.Reason reason) {
        growTo(1);
        var next = SoftwareKey.p256ForTests(secret);
        boolean isBreak = reason == HandOver.Reason.LOST;
        var said = new HandOver(
                tenures.size() + 1,
                size(),
                genesisHash().toBytes(),
                P256Key.of(lastKey().spki()).thumbprint().toBytes(),
                new Genesis.Key(KeyRole.SEAL, next.spki(), TOKEN),
                reason,
                CLOCK,
                isBreak ? List.of("a certificate".getBytes(StandardCharsets.US_ASCII)) : List.of());
        byte[] digest = sha256(said.toBeSigned());
        Optional<byte[]> byOld =
                isBreak ? Optional.empty() : Optional.of(lastKey().sign(digest));
        return handOver(new HandOverLeaf(said, byOld, next.sign(digest)).encode(), next);
    }

    /// Any bytes at all as the next entry, behind which the key seals.
    public SignedLog handOver(byte[] leaf, SoftwareKey next) {
        growTo(1);
        tenures.add(new Tenure(size(), leaf, next));
        leaves.add(Merkle.leafHash(leaf));
        published = size();
        return this;
    }

    /// The first one.
    public SoftwareKey key() {
        return key;
    }

    public SoftwareKey lastKey() {
        return tenures.isEmpty() ? key : tenures.getLast().key;
    }

    public List<Hash> leafHashes() {
        return List.copyOf(leaves);
    }

    public Genesis firstLeaf() {
        try {
            return ((GenesisLeaf) Leaf.parse(genesis)).genesis();
        } catch (CborMalformed e) {
            throw new AssertionError(e);
        }
    }

    public List<Long> handOverIndexes() {
        return tenures.stream().map(Tenure::index).toList();
    }

    public Origin origin() {
        return origin;
    }

    public byte[] genesis() {
        return genesis.clone();
    }

    public Hash genesisHash() {
        return Merkle.leafHash(genesis);
    }

    @Override
    public OriginId originId() {
        return OriginId.of(key.spki(), origin);
    }

    public long size() {
        return leaves.size();
    }

    public Hash root(long size) {
        return Proofs.root(this::node, size);
    }

    public LodgeableHead head(long size) {
        return head(size, root(size));
    }

    /// Signs whatever root it is given, by the key in force at that size.
    public LodgeableHead head(long size, Hash root) {
        var below = tenures.stream().filter(tenure -> tenure.index < size).toList();
        var signer = below.isEmpty() ? key : below.getLast().key;
        var head = new LodgeableHead(origin, size, root, key.spki(), signer.sign(digest(origin.name(), size, root)));
        return below.isEmpty() ? head : head.with(new KeyProof(genesis, inclusion(0, size), steps(below, size)));
    }

    private List<KeyProof.Step> steps(List<Tenure> below, long size) {
        return below.stream()
                .map(tenure -> new KeyProof.Step(tenure.leaf, inclusion(tenure.index, size)))
                .toList();
    }

    @Override
    public Optional<LodgeableHead> newest() {
        return published < 2 ? Optional.empty() : Optional.of(head(published));
    }

    @Override
    public Optional<LodgeableHead> between(long base, int most) {
        int followed =
                (int) tenures.stream().filter(tenure -> tenure.index < base).count();
        long upTo = followed + most < tenures.size() ? tenures.get(followed + most).index : published;
        for (long size = Math.min(upTo, published); size > base; size--) {
            if (isSealed(size, root(size))) return Optional.of(head(size));
        }
        return Optional.empty();
    }

    @Override
    public boolean anyAtOnce(long from, long to) {
        return false;
    }

    /// Sealed is every head that the log had, but for those whose seals are gone.
    @Override
    public boolean isSealed(long size, Hash root) {
        return size >= 2
                && size <= leaves.size()
                && !thinned.contains(size)
                && root(size).equals(root);
    }

    /// Gives the seal over so many entries up.
    public void thin(long size) {
        thinned.add(size);
    }

    @Override
    public List<Hash> consistency(long oldSize, long newSize) {
        return Proofs.consistency(this::node, oldSize, newSize);
    }

    public List<Hash> inclusion(long index, long size) {
        return Proofs.inclusion(this::node, index, size);
    }

    /// SHA-256 of the checkpoint's text (docs/formats.md §6).
    public static byte[] digest(String origin, long size, Hash root) {
        String text = origin + "\n" + size + "\n" + Base64.getEncoder().encodeToString(root.toBytes()) + "\n";
        return sha256(text.getBytes(StandardCharsets.US_ASCII));
    }

    public static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static Hash leaf(String text) {
        return Merkle.leafHash(text.getBytes(StandardCharsets.US_ASCII));
    }

    private Hash node(int level, long index) {
        if (level == 0) return leaves.get((int) index);
        return Merkle.nodeHash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1));
    }
}
