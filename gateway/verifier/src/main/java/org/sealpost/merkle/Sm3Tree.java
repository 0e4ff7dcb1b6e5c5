package org.sealpost.merkle;

import java.util.Objects;
import org.bouncycastle.crypto.digests.SM3Digest;

/// SM3 (GB/T 32905) of Bouncy Castle: the JDK has none.
final class Sm3Tree implements TreeHash {
    /// Apart, so that whoever needs SHA-256 only needs no Bouncy Castle.
    private static final class OfThread {
        static final ThreadLocal<SM3Digest> DIGEST = ThreadLocal.withInitial(SM3Digest::new);
    }

    @Override
    public Hash leaf(byte[] bytes, int offset, int length) {
        // An exception between the parts would leave the first one in the digest, for the next caller.
        Objects.checkFromIndexSize(offset, length, bytes.length);
        var digest = OfThread.DIGEST.get();
        digest.update((byte) 0);
        digest.update(bytes, offset, length);
        return end(digest);
    }

    @Override
    public Hash node(Hash left, Hash right) {
        var digest = OfThread.DIGEST.get();
        digest.update((byte) 1);
        digest.update(left.shared(), 0, Hash.SIZE);
        digest.update(right.shared(), 0, Hash.SIZE);
        return end(digest);
    }

    @Override
    public Hash empty() {
        return end(OfThread.DIGEST.get());
    }

    private static Hash end(SM3Digest digest) {
        var value = new byte[Hash.SIZE];
        digest.doFinal(value, 0);
        return Hash.owning(value);
    }
}
