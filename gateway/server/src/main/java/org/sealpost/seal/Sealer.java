package org.sealpost.seal;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.sealpost.evidence.Checkpoint;
import org.sealpost.evidence.Head;
import org.sealpost.evidence.P256Key;
import org.sealpost.evidence.P256Signature;
import org.sealpost.evidence.SealDraft;
import org.sealpost.hsm.SigningKey;
import org.sealpost.journal.Journal;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Suite;
import org.sealpost.stage.Stage;

/// Takes forced entries into the tree and has the token sign the new head: one signature for all that came since the
/// last one, so a slow token makes seals larger, never captures slower.
///
/// Its position is the newest seal. A step that fails half-way leaves nothing behind but a larger tree in memory.
/// A head is sealed only over entries that the journal's readers see, that is, forced ones (I4), and each head extends
/// the one before it, because the tree only grows (I6).
public final class Sealer implements Stage {
    /// A tree of one leaf has an empty path, which RFC 9942 does not allow.
    private static final long LEAST_SIZE = 2;

    private final LogIdentity identity;
    private final Journal entries;
    private final Tree tree;
    private final SealLog seals;
    private final SigningKey sealingKey;
    private final P256Key publicKey;
    private final Optional<SigningKey> checkpointKey;
    private final Supplier<ClockReading> clock;
    private final SealerConfig config;
    private final Runnable onChange;
    private final JournalLeaves leaves;
    private long lastCheckpointMicros;

    /// @param onChange rung after each seal and each checkpoint; must not block
    public Sealer(
            LogIdentity identity,
            Journal entries,
            Tree tree,
            SealLog seals,
            SealingKeys keys,
            Supplier<ClockReading> clock,
            SealerConfig config,
            Runnable onChange) {
        this.identity = identity;
        this.entries = entries;
        this.tree = tree;
        this.seals = seals;
        this.sealingKey = keys.seal();
        this.publicKey = P256Key.of(sealingKey.spki());
        this.checkpointKey = keys.checkpoint();
        this.clock = clock;
        this.config = config;
        this.onChange = onChange;
        this.leaves = new JournalLeaves(entries, identity.keys());
        if (!publicKey.equals(identity.keys().last())) {
            throw new IllegalArgumentException("the sealing key is not the one that the log names");
        }
        this.lastCheckpointMicros = Long.MIN_VALUE;
    }

    @Override
    public String name() {
        return "sealer";
    }

    @Override
    public int step() throws Exception {
        int work = extendTree();
        if (tree.size() >= LEAST_SIZE && tree.size() > seals.sealedSize() && isOurs(tree.size())) {
            seal();
            work++;
        }
        if (checkpointIsDue()) {
            publish();
            work++;
        }
        return work;
    }

    /// Whether there are entries that [#step] would seal. Any thread.
    public boolean isBehind() {
        return entries.size() >= LEAST_SIZE && entries.size() > seals.sealedSize();
    }

    /// Heads that do not cover the last hand-over were the old key's to seal, and what it did not seal the new key's
    /// first head covers.
    private boolean isOurs(long size) {
        return identity.keys().inForce(size).key().equals(publicKey);
    }

    private int extendTree() throws Exception {
        int count = (int) Math.min(config.maxLeavesPerSeal(), entries.size() - tree.size());
        if (count > 0) tree.append(leaves.read(tree.size(), count));
        return count;
    }

    private void seal() throws Exception {
        long size = tree.size();
        var root = tree.root(size);
        var draft = new SealDraft(
                identity.origin(),
                Suite.SHA256_P256,
                identity.genesisHash(),
                size,
                clock.get(),
                publicKey.thumbprint());
        var seal = draft.signed(P256Signature.ofRaw(sign(sealingKey, sha256(draft.toBeSigned(root)))));
        // Checked before it is kept: a token that signs wrongly must not look like a sealed log.
        if (!seal.isSignedBy(publicKey, root))
            throw new SignatureWrong(sealingKey.spec() + " signed, but not the head");
        seals.append(new SealedHead(root, seal));
        onChange.run();
    }

    /// At most one an interval, always of the newest seal; the clock that counts is the monotonic one.
    private boolean checkpointIsDue() {
        long published = seals.newestCheckpoint()
                .map(checkpoint -> checkpoint.head().size())
                .orElse(0L);
        if (seals.sealedSize() <= published || !isOurs(seals.sealedSize())) return false;
        long now = clock.get().sinceBootMicros();
        return lastCheckpointMicros == Long.MIN_VALUE
                || now - lastCheckpointMicros
                        >= TimeUnit.NANOSECONDS.toMicros(
                                config.checkpointInterval().toNanos());
    }

    private void publish() throws Exception {
        var head = seals.newest().orElseThrow();
        var unsigned = Checkpoint.unsigned(new Head(identity.origin(), head.size(), head.root()));
        var text = unsigned.toBeSigned();
        var signature = P256Signature.ofRaw(sign(sealingKey, sha256(text)));
        if (!publicKey.verifies(text, signature.withLowS())) {
            throw new SignatureWrong(sealingKey.spec() + " signed, but not the checkpoint");
        }
        var checkpoint = unsigned.with(publicKey, signature);
        if (checkpointKey.isPresent()) {
            var key = checkpointKey.get();
            checkpoint = checkpoint.withEd25519(ed25519(key.spki()), sign(key, text));
        }
        lastCheckpointMicros = clock.get().sinceBootMicros();
        seals.append(checkpoint);
        onChange.run();
    }

    /// The 32 bytes of the key in its SubjectPublicKeyInfo (RFC 8410).
    public static byte[] ed25519(byte[] spki) {
        return Arrays.copyOfRange(spki, spki.length - 32, spki.length);
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    private byte[] sign(SigningKey key, byte[] input) throws Exception {
        return sign(key, input, config.signatureDeadline());
    }

    static byte[] sign(SigningKey key, byte[] input, Duration deadline) throws Exception {
        try {
            // The future ends by the deadline itself; the second bound is for a token driver that breaks its word.
            return key.sign(input, deadline).get(deadline.toMillis() * 2, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) throw cause;
            throw e;
        } catch (TimeoutException e) {
            throw new TimeoutException(key.spec() + " did not answer within " + deadline.multipliedBy(2));
        }
    }
}
