package org.sealpost.seal;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.sealpost.evidence.HandOverWrong;
import org.sealpost.evidence.P256Signature;
import org.sealpost.hsm.SigningKey;
import org.sealpost.journal.Journal;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Genesis;
import org.sealpost.record.HandOver;
import org.sealpost.record.HandOverLeaf;
import org.sealpost.record.KeyRole;

/// Hands a log that nobody else writes over to another sealing key (docs/formats.md §2.3, docs/hsm.md).
///
/// A cut between any two steps leaves either the old key in force or the new one, and the same again completes it.
public final class Rotation {
    private final LogIdentity identity;
    private final Journal entries;
    private final HandOverLog handOvers;
    private final Supplier<ClockReading> clock;
    private final Duration deadline;

    /// Who is to seal from here on, and why.
    ///
    /// @param token        label and serial of the new key's token
    /// @param certificates with [HandOver.Reason#LOST] the new key's by the owner's CA, its own first; else none
    public record Order(SigningKey newKey, String token, HandOver.Reason reason, List<byte[]> certificates) {}

    /// @param identity of the log with all hand-overs so far
    /// @param entries  written by nobody else
    /// @param deadline for each signature
    public Rotation(
            LogIdentity identity,
            Journal entries,
            HandOverLog handOvers,
            Supplier<ClockReading> clock,
            Duration deadline) {
        this.identity = identity;
        this.entries = entries;
        this.handOvers = handOvers;
        this.clock = clock;
        this.deadline = deadline;
    }

    /// Durable when it returns: the next seal is the new key's.
    ///
    /// @param oldKey the key in force; empty with [HandOver.Reason#LOST]
    /// @throws HandOverWrong   if it would not be a hand-over, or a token signed wrongly: nothing was written
    /// @throws org.sealpost.hsm.TokenSetback if a token cannot sign now: nothing was written
    public LogIdentity run(Optional<SigningKey> oldKey, Order order) throws Exception {
        var said = new HandOver(
                identity.keys().tenures().size(),
                entries.size(),
                identity.genesisHash().toBytes(),
                identity.keys().last().thumbprint().toBytes(),
                new Genesis.Key(KeyRole.SEAL, order.newKey().spki(), order.token()),
                order.reason(),
                clock.get(),
                order.certificates());
        Optional<byte[]> byOld = oldKey.isPresent() ? Optional.of(sign(oldKey.get(), said)) : Optional.empty();
        var leaf = new HandOverLeaf(said, byOld, sign(order.newKey(), said)).encode();
        // Checks both signatures, as every reader will.
        var next = identity.after(leaf);

        handOvers.announce(leaf, order.newKey().spec().name());
        entries.append(leaf, new byte[0]);
        entries.force();
        return next;
    }

    private byte[] sign(SigningKey key, HandOver said) throws Exception {
        var signature = Sealer.sign(key, Sealer.sha256(said.toBeSigned()), deadline);
        return P256Signature.ofRaw(signature).withLowS().raw();
    }
}
