package org.sealpost.lodging;

import java.util.Arrays;
import java.util.Optional;
import org.sealpost.evidence.Checkpoint;
import org.sealpost.evidence.Head;
import org.sealpost.evidence.KeyHistory;
import org.sealpost.evidence.P256Key;
import org.sealpost.evidence.P256Signature;
import org.sealpost.merkle.Hash;
import org.sealpost.record.Origin;

/// A sealed head with what anybody needs to lodge it: no secret in it, no trust needed in who brings it.
///
/// @param size at least 2
/// @param firstKey SPKI of the origin's first sealing key, P-256
/// @param signature r ‖ s of the key in force at this size over SHA-256 of the checkpoint's text
/// (docs/formats.md §6), low s, 64 bytes
/// @param keyProof that another key than the first one is in force; says nothing of which head this is
public record LodgeableHead(
        Origin origin, long size, Hash root, byte[] firstKey, byte[] signature, Optional<KeyProof> keyProof) {
    public LodgeableHead {
        if (size < 2) throw new IllegalArgumentException("a head of size " + size + " is not sealed for publication");
        firstKey = FirstKey.required(firstKey);
        if (signature.length != 64)
            throw new IllegalArgumentException("r and s have 64 bytes, not " + signature.length);
        signature = signature.clone();
    }

    /// A head that the first key signed.
    public LodgeableHead(Origin origin, long size, Hash root, byte[] firstKey, byte[] signature) {
        this(origin, size, root, firstKey, signature, Optional.empty());
    }

    /// The same head with a proof of who signs it.
    public LodgeableHead with(KeyProof proof) {
        return new LodgeableHead(origin, size, root, firstKey, signature, Optional.of(proof));
    }

    /// Whether it is this key's signature over the checkpoint's text.
    public boolean isSignedBy(P256Key key) {
        return key.verifies(text(), P256Signature.ofRaw(signature));
    }

    /// The key in force, if it signed this head and its proof leads to it.
    ///
    /// @throws IllegalArgumentException if the first key's point is not on the curve
    public Optional<P256Key> signer() {
        var key = keyProof.isEmpty()
                ? Optional.of(P256Key.of(firstKey))
                : keyProof.get().keysFor(this).map(KeyHistory::last);
        return key.filter(this::isSignedBy);
    }

    /// The checkpoint's text, over whose SHA-256 the key signs.
    public byte[] text() {
        return Checkpoint.unsigned(new Head(origin, size, root)).toBeSigned();
    }

    public OriginId originId() {
        return OriginId.of(firstKey, origin);
    }

    @Override
    public byte[] firstKey() {
        return firstKey.clone();
    }

    @Override
    public byte[] signature() {
        return signature.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LodgeableHead that
                && origin.equals(that.origin)
                && size == that.size
                && root.equals(that.root)
                && Arrays.equals(firstKey, that.firstKey)
                && Arrays.equals(signature, that.signature);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(size) + root.hashCode();
    }

    @Override
    public String toString() {
        return origin + " at " + size + ", root " + root;
    }
}
