package org.sealpost.anchor;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Merkle;
import org.sealpost.merkle.Proofs;
import org.sealpost.record.Origin;

/// A small log with a signing key: heads of it as the sealer would hand them over.
public final class SignedLog implements HeadSource {
    private final Origin origin;
    private final SoftwareKey key;
    private final List<Hash> leaves = new ArrayList<>();
    private final Set<Long> thinned = new HashSet<>();
    private long published;

    public SignedLog(String origin, long secret) {
        this.origin = new Origin(origin);
        this.key = SoftwareKey.p256ForTests(secret);
    }

    /// A log with another content from entry `from` on, by the same key and of the same name.
    public SignedLog forkedAt(int from) {
        var fork = new SignedLog(origin.name(), 0, key);
        for (int i = 0; i < leaves.size(); i++) {
            fork.leaves.add(i < from ? leaves.get(i) : leaf("fork " + i));
        }
        fork.published = published;
        return fork;
    }

    private SignedLog(String origin, long published, SoftwareKey key) {
        this.origin = new Origin(origin);
        this.published = published;
        this.key = key;
    }

    public SignedLog growTo(long size) {
        while (leaves.size() < size) leaves.add(leaf("entry " + leaves.size()));
        published = Math.max(published, size);
        return this;
    }

    public SoftwareKey key() {
        return key;
    }

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

    /// Signs whatever root it is given.
    public LodgeableHead head(long size, Hash root) {
        return new LodgeableHead(origin, size, root, key.spki(), key.sign(digest(origin.name(), size, root)));
    }

    @Override
    public Optional<LodgeableHead> newest() {
        return published < 2 ? Optional.empty() : Optional.of(head(published));
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

    /// SHA-256 of the checkpoint's text (docs/formats.md §6).
    public static byte[] digest(String origin, long size, Hash root) {
        String text = origin + "\n" + size + "\n" + Base64.getEncoder().encodeToString(root.toBytes()) + "\n";
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
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
