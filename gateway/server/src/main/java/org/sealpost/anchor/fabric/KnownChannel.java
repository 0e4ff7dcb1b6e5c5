package org.sealpost.anchor.fabric;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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
/// thread, but for [#seen].
///
/// How many blocks a peer says that it has is its word alone, and one that is wrong, or lies, would have all others be
/// behind for ever: so it counts for a while, and against the word of another one only if the peer shows the newest of
/// them. That a block was seen stands for longer, but not for ever: administrators may set a whole channel back. Where
/// all peers say for as long that it has fewer, or one does and a person says that it was set back, it has.
final class KnownChannel {
    static final Duration BELIEVED = Duration.ofMinutes(10);

    private final FabricConfig config;
    private final Peers peers;
    private final Channel channel;
    private final Duration believed;
    private final LongSupplier nanos;

    // Of block 0; null until it is known.
    private @Nullable Hash genesis;

    // So many blocks it has, since one of them was seen. A peer that has fewer was restored, or is behind.
    private final AtomicLong seen = new AtomicLong();

    // So many the chosen peer said last that it has, and when.
    private long told;
    private long toldAt;

    // Since when each peer has said, whenever it was asked, that there are fewer than were seen.
    private OptionalLong fewerSince = OptionalLong.empty();

    // Whoever asked last heard that all who answer are behind; and a person has said since that they are not.
    private boolean isBehind;
    private boolean isOrdered;

    // So many it had before this process began, by the word of whoever remembers, and since when peers that knew it
    // otherwise were there to say so.
    private long remembered;
    private OptionalLong rememberedSince = OptionalLong.empty();
    private boolean wasSetBack;

    /// What a peer of the known channel said.
    private record Told(int peer, long height) {}

    /// @param believed so long a peer's word counts where another one has less to say; and so long all must say that
    ///     there are fewer blocks than were seen
    /// @param nanos of a clock that only runs forward
    KnownChannel(FabricConfig config, Peers peers, Channel channel, Duration believed, LongSupplier nanos) {
        this.config = config;
        this.peers = peers;
        this.channel = channel;
        this.believed = believed;
        this.nanos = nanos;
    }

    /// @param identity as whoever asks knows it
    void expect(AnchorIdentity identity) {
        if (identity instanceof AnchorIdentity.Fabric known) genesis = known.genesis();
    }

    /// @param place of a block that it has: a quorum of orderers has signed it, or two peers have said so, or the only
    ///     one that there is
    void seen(Place place) {
        seen.accumulateAndGet(place.height() + 1, Math::max);
    }

    /// Counts for as long as a peer's word, from when a peer of the channel answers first: it may have been one peer's
    /// alone.
    ///
    /// @param place of a block that it had before this process began
    void had(Place place) {
        remembered = Math.max(remembered, place.height() + 1);
    }

    /// A person says so, of what the last answer was that they are behind: the next one that all who answer give
    /// counts at once. An order from before that is about something else.
    void mayBeSetBack() {
        isOrdered = isBehind;
    }

    private long highest() {
        long highest = seen.get();
        if (counts(toldAt)) highest = Math.max(highest, told);
        boolean isRemembered = !wasSetBack && (rememberedSince.isEmpty() || counts(rememberedSince.getAsLong()));
        return isRemembered ? Math.max(highest, remembered) : highest;
    }

    private boolean counts(long since) {
        return nanos.getAsLong() - since < believed.toNanos();
    }

    /// As the first peer tells that is of the known channel and not behind; it is asked first from then on, and
    /// alone what is there. Another one only where no peer of the known channel answers.
    ///
    /// @throws AnchorageSetback if all that are of the known channel are behind
    AnchorIdentity.Fabric identity() throws PeerFailed, AnchorageSetback {
        Optional<PeerFailed> failed = Optional.empty();
        Optional<AnchorageSetback> unread = Optional.empty();
        Optional<Hash> another = Optional.empty();
        var behind = new ArrayList<Told>();
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
                var said = new Told(peer, channel.height(peer));
                if (remembered > 0 && rememberedSince.isEmpty()) rememberedSince = OptionalLong.of(nanos.getAsLong());
                if (said.height < highest) {
                    behind.add(said);
                    continue;
                }
                if (!behind.isEmpty()) channel.block(peer, said.height - 1);
                return goneBy(said, found);
            } catch (PeerFailed e) {
                failed = Optional.of(e);
            } catch (AnchorageSetback e) { // it talks nonsense
                unread = Optional.of(e);
            }
        }
        if (!behind.isEmpty()) return setBack(behind, highest);
        fewerSince = OptionalLong.empty();
        if (another.isPresent()) return config.identity(another.get());
        if (unread.isPresent()) throw unread.get();
        throw failed.orElseThrow();
    }

    private AnchorIdentity.Fabric goneBy(Told said, Hash found) {
        told = said.height;
        toldAt = nanos.getAsLong();
        fewerSince = OptionalLong.empty();
        isBehind = false;
        isOrdered = false;
        peers.choose(said.peer);
        return config.identity(found);
    }

    /// All who answer say that it has fewer blocks than it had: the longest of them is gone by once that counts.
    private AnchorIdentity.Fabric setBack(List<Told> behind, long highest) throws PeerFailed, AnchorageSetback {
        long now = nanos.getAsLong();
        if (behind.size() < peers.count()) fewerSince = OptionalLong.empty();
        else if (fewerSince.isEmpty()) fewerSince = OptionalLong.of(now);
        boolean lasts = fewerSince.isPresent() && now - fewerSince.getAsLong() >= believed.toNanos();
        var longest =
                behind.stream().max(Comparator.comparingLong(Told::height)).orElseThrow();
        if (!lasts && !isOrdered) throw behind(longest, highest);
        channel.block(longest.peer, longest.height - 1);
        seen.accumulateAndGet(longest.height, Math::min);
        wasSetBack = true;
        return goneBy(longest, genesis());
    }

    private Hash genesis() {
        if (genesis == null) throw new IllegalStateException("nobody is behind on a channel that is not known");
        return genesis;
    }

    private AnchorageSetback behind(Told longest, long highest) {
        isBehind = true;
        return new AnchorageSetback(
                "a peer has " + longest.height + " blocks of channel " + config.channel() + ", and " + highest
                        + " were seen: it is behind",
                "none needed, if it catches up; if it was restored from old data, look at the peer. If the channel's"
                        + " administrators have set it back as a whole, that is believed once all of peers have said"
                        + " so for " + believed.toMinutes() + " minutes, or at once by sealpost anchor resubmit of a"
                        + " box (a gateway without [box] is left running: a start begins these minutes anew)");
    }
}
