package org.sealpost.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.sealpost.anchor.Anchorage;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.Preparation;
import org.sealpost.evidence.Checkpoint;
import org.sealpost.evidence.Head;
import org.sealpost.evidence.P256Signature;
import org.sealpost.hsm.SigningKey;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.merkle.Merkle;
import org.sealpost.record.Origin;

/// By a first head a contract learns an origin's key, without which it takes no publications of it.
final class FirstHead {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private FirstHead() {}

    static void lodge(Anchorage anchorage, Origin origin, SigningKey key)
            throws IOException, InterruptedException, AnchorageSetback {
        var root = Merkle.leafHash(origin.name().getBytes(StandardCharsets.US_ASCII));
        byte[] text = Checkpoint.unsigned(new Head(origin, 2, root)).toBeSigned();
        var head = new LodgeableHead(origin, 2, root, key.spki(), signature(key, sha256(text)));
        var preparation = anchorage.prepare(head, 0, List.of());
        if (!(preparation instanceof Preparation.Ready(var request))) {
            throw new IOException("the first head of " + origin + ": " + preparation);
        }
        anchorage.submit(request);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!(anchorage.find(head.originId(), 2, root) instanceof Finding.Present)) {
            if (System.nanoTime() > deadline) throw new IOException("no head of " + origin + " after " + PATIENCE);
            Thread.sleep(100);
        }
    }

    /// r ‖ s of a key on P-256, with a low s.
    static byte[] signature(SigningKey key, byte[] digest) throws IOException {
        try {
            return P256Signature.ofRaw(key.sign(digest, PATIENCE).get())
                    .withLowS()
                    .raw();
        } catch (ExecutionException e) {
            throw new IOException("the token does not sign", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the token signs", e);
        }
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
