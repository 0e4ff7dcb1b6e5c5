package org.sealpost.seal;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sealpost.evidence.Checkpoint;
import org.sealpost.evidence.Head;
import org.sealpost.evidence.P256Key;
import org.sealpost.evidence.P256Signature;
import org.sealpost.evidence.SealDraft;
import org.sealpost.hsm.SigningKey;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalDamaged;
import org.sealpost.journal.JournalFull;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Suite;
import org.sealpost.stage.Stage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes forced entries into the tree and has the token sign the new head: one signature for all that came since the
/// last one, so a slow token makes seals larger, never captures slower.
///
/// Its position is the newest seal. A step that fails half-way leaves nothing behind but a larger tree in memory.
/// A head is sealed only over entries that the journal's readers see, that is, forced ones (I4), and each head extends
/// the one before it, because the tree only grows (I6).
public final class Sealer implements Stage {
    private static final Logger LOG = LoggerFactory.getLogger(Sealer.class);

    /// A tree of one leaf has an empty path, which RFC 9942 does not allow.
    private static final long LEAST_SIZE = 2;

    private static final Duration UNTHINNED = Duration.ofHours(1);
    private static final Duration WAIT_FOR_ROOM = Duration.ofMinutes(1);

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
    private final long startMicros;
    private long lastCheckpointMicros;
    private long lastSealMicros;
    private long thinsFromMicros;
    private @Nullable LongPredicate neededSize;

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
        this.startMicros = nowMicros();
        this.lastCheckpointMicros = Long.MIN_VALUE;
        this.lastSealMicros = Long.MIN_VALUE;
    }

    /// From an hour after the start on seals that are old are given up, but for one of each minute and those
    /// that are needed, if the configuration says so. In this hour an update is confirmed, and the release
    /// before it could not read what is thinned.
    ///
    /// To be called before the first step.
    ///
    /// @param size whether somebody may ask for the seal over exactly so many entries
    public void thinAllBut(LongPredicate size) {
        neededSize = size;
        thinsFromMicros = startMicros + micros(UNTHINNED);
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
        return work + thin();
    }

    /// The first record after a quiet time is sealed at once; those that come right behind it wait for each
    /// other, so that no trickle makes a seal of each.
    @Override
    public Duration pause() {
        if (lastSealMicros == Long.MIN_VALUE) return Duration.ZERO;
        long left = lastSealMicros + micros(config.minInterval()) - nowMicros();
        return left <= 0 ? Duration.ZERO : Duration.ofNanos(TimeUnit.MICROSECONDS.toNanos(left));
    }

    private int thin() {
        var needed = neededSize;
        if (needed == null || !config.thin() || nowMicros() < thinsFromMicros) return 0;
        // What only saves room must not hold up seals: they are made as long as there is room for them.
        try {
            return seals.thin(needed, identity.keys()::handOversBelow);
        } catch (JournalFull full) {
            thinsFromMicros = nowMicros() + micros(WAIT_FOR_ROOM);
        } catch (IOException | JournalDamaged e) {
            LOG.error("old seals are not given up: {}; tried again in {}", e.getMessage(), UNTHINNED);
            thinsFromMicros = nowMicros() + micros(UNTHINNED);
        }
        return 0;
    }

    private long nowMicros() {
        return clock.get().sinceBootMicros();
    }

    private static long micros(Duration duration) {
        return TimeUnit.NANOSECONDS.toMicros(duration.toNanos());
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
        lastSealMicros = nowMicros();
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
        return lastCheckpointMicros == Long.MIN_VALUE
                || nowMicros() - lastCheckpointMicros >= micros(config.checkpointInterval());
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
        lastCheckpointMicros = nowMicros();
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
