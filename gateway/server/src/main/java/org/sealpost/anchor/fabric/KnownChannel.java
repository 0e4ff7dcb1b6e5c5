package org.sealpost.anchor.fabric;

import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.lodging.Place;
import org.sealpost.merkle.Hash;

/// Which channel this is, and how long it was: a peer that tells otherwise is passed over where another is well. One
/// thread at a time.
final class KnownChannel {
    private final FabricConfig config;
    private final Peers peers;
    private final Channel channel;

    // Of block 0; null until it is known.
    private @Nullable Hash genesis;

    // The most blocks that it was seen to have. A peer that has fewer was restored, or is behind.
    private long highest;

    KnownChannel(FabricConfig config, Peers peers, Channel channel) {
        this.config = config;
        this.peers = peers;
        this.channel = channel;
    }

    /// @param identity as whoever asks knows it
    void expect(AnchorIdentity identity) {
        if (identity instanceof AnchorIdentity.Fabric known) genesis = known.genesis();
    }

    /// @param place of a block that it has, or had
    Place seen(Place place) {
        highest = Math.max(highest, place.height() + 1);
        return place;
    }

    /// As the first peer tells that is of the known channel and not behind; it is asked first from then on, and
    /// alone what is there. Another one only where no peer of the known channel answers.
    ///
    /// @throws AnchorageSetback if all that are of the known channel are behind
    AnchorIdentity.Fabric identity() throws PeerFailed, AnchorageSetback {
        Optional<PeerFailed> failed = Optional.empty();
        Optional<Hash> another = Optional.empty();
        var behind = OptionalLong.empty();
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
                if (height >= highest) {
                    highest = height;
                    peers.choose(peer);
                    return config.identity(found);
                }
                behind = OptionalLong.of(height);
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
