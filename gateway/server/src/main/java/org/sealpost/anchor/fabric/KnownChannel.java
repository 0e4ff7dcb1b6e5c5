package org.sealpost.anchor.fabric;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.lodging.Place;
import org.sealpost.merkle.Hash;

/// Which channel this is, and how long it was: a peer that tells otherwise is passed over where another is well. One
/// thread at a time.
///
/// That a block was seen stands. How many blocks a peer says that it has is its word alone, and one that is
/// wrong, or lies, would have all others be behind for ever: so it counts for a while, and against the word of
/// another one only if the peer shows the newest of them.
final class KnownChannel {
    static final Duration BELIEVED = Duration.ofMinutes(10);

    private final FabricConfig config;
    private final Peers peers;
    private final Channel channel;
    private final LongSupplier nanos;

    // Of block 0; null until it is known.
    private @Nullable Hash genesis;

    // So many blocks it has, since one of them was seen. A peer that has fewer was restored, or is behind.
    private final AtomicLong seen = new AtomicLong();

    // So many the chosen peer said last that it has, and when.
    private long told;
    private long toldAt;

    /// @param nanos of a clock that only runs forward
    KnownChannel(FabricConfig config, Peers peers, Channel channel, LongSupplier nanos) {
        this.config = config;
        this.peers = peers;
        this.channel = channel;
        this.nanos = nanos;
    }

    /// @param identity as whoever asks knows it
    void expect(AnchorIdentity identity) {
        if (identity instanceof AnchorIdentity.Fabric known) genesis = known.genesis();
    }

    /// @param place of a block that it has, or had
    Place seen(Place place) {
        seen.accumulateAndGet(place.height() + 1, Math::max);
        return place;
    }

    private long highest() {
        return nanos.getAsLong() - toldAt < BELIEVED.toNanos() ? Math.max(seen.get(), told) : seen.get();
    }

    /// As the first peer tells that is of the known channel and not behind; it is asked first from then on, and
    /// alone what is there. Another one only where no peer of the known channel answers.
    ///
    /// @throws AnchorageSetback if all that are of the known channel are behind
    AnchorIdentity.Fabric identity() throws PeerFailed, AnchorageSetback {
        Optional<PeerFailed> failed = Optional.empty();
        Optional<Hash> another = Optional.empty();
        var behind = OptionalLong.empty();
        long highest = highest();
        for (int peer : peers.inTurn()) {
            try {
                // Another channel may have fewer blocks, so this is first.
                var found = channel.block(peer, 0).header().hash();
                if (genesis == null) genesis = found;
                if (!found.equals(genesis)) {
                    another = Optional.of(found);
                    continue;
                }
                long height = channel.height(peer);
                if (height < highest) {
                    behind = OptionalLong.of(height);
                    continue;
                }
                if (behind.isPresent()) channel.block(peer, height - 1);
                told = height;
                toldAt = nanos.getAsLong();
                peers.choose(peer);
                return config.identity(found);
            } catch (PeerFailed e) {
                failed = Optional.of(e);
            }
        }
        if (behind.isPresent()) {
            throw new AnchorageSetback(
                    "a peer has " + behind.getAsLong() + " blocks of channel " + config.channel() + ", and " + highest
                            + " were seen: it is behind",
                    "none needed, if it catches up; if it was restored from old data, look at the peer");
        }
        if (another.isPresent()) return config.identity(another.get());
        throw failed.orElseThrow();
    }
}
