package org.sealpost.anchor.fabric;

import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.hyperledger.fabric.protos.gateway.PreparedTransaction;
import org.sealpost.anchor.AnchorProof;
import org.sealpost.anchor.Anchorage;
import org.sealpost.anchor.AnchorageHealth;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.Anchored.Trouble;
import org.sealpost.anchor.Capabilities;
import org.sealpost.anchor.Preparation;
import org.sealpost.anchor.Refusals;
import org.sealpost.anchor.RequestState;
import org.sealpost.anchor.SignedRequest;
import org.sealpost.anchor.SubmitOutcome;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.FabricTrust;
import org.sealpost.hsm.SigningKey;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.KeyProof;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.lodging.LodgingRequest;
import org.sealpost.lodging.LodgingRules;
import org.sealpost.lodging.LodgingRules.Refusal;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Place;
import org.sealpost.merkle.Hash;
import org.sealpost.record.ClockReading;

/// Sealpost's chaincode on a channel of Hyperledger Fabric as an anchorage.
///
/// What the chaincode holds decides, and [ChannelAccess] says what becomes of a request.
public final class FabricLedger implements Anchorage {
    private final ChannelAccess access;
    private final Channel channel;
    private final FabricProofs proofs;

    // What another peer has confirmed last: it need not at each look.
    private Optional<Confirmed> confirmed = Optional.empty();

    private record Confirmed(OriginId origin, Channel.Held head, Place place) {}

    private FabricLedger(ChannelAccess access) {
        this.access = access;
        this.channel = access.channel();
        this.proofs = new FabricProofs(channel, System::nanoTime);
    }

    /// Contacts nobody.
    ///
    /// @param key   P-256; the identity's
    /// @param clock tells whether its certificate is over
    /// @throws IllegalArgumentException if the key is of another kind
    public static FabricLedger open(FabricConfig config, SigningKey key, Supplier<ClockReading> clock) {
        return open(config, key, clock, ChannelAccess.SUBMIT, config.deadline());
    }

    /// @param submitDeadline for the gateway's word that a request was taken; a short one loses it, and
    ///     not the request
    /// @param statusDeadline so long a transaction that is in no block yet is waited for
    static FabricLedger open(
            FabricConfig config,
            SigningKey key,
            Supplier<ClockReading> clock,
            Duration submitDeadline,
            Duration statusDeadline) {
        return open(config, key, clock, submitDeadline, statusDeadline, KnownChannel.BELIEVED);
    }

    /// @param believed so long all peers must say that the channel has fewer blocks than it had
    static FabricLedger open(
            FabricConfig config,
            SigningKey key,
            Supplier<ClockReading> clock,
            Duration submitDeadline,
            Duration statusDeadline,
            Duration believed) {
        return new FabricLedger(
                new ChannelAccess(config, key, clock, submitDeadline, statusDeadline, believed, System::nanoTime));
    }

    /// What somebody has to trust to whom this proof is to prove its head: the word of all organisations whose peers
    /// signed in it. Empty if no such proof is made here. Any thread.
    public static Optional<FabricTrust> trustFor(AnchorProof proof, AnchorIdentity.Fabric channel) {
        return FabricProofs.trustFor(proof, channel);
    }

    /// Whose peers did not sign in a proof that was made here, of the organisations of the channel as they were then:
    /// MSP ids. Any thread.
    public static Set<String> missingFrom(AnchorProof proof, AnchorIdentity.Fabric channel) {
        return FabricProofs.missingFrom(proof, channel);
    }

    @Override
    public AnchorIdentity.Fabric identity(Optional<AnchorIdentity> expected) throws AnchorageSetback {
        return access.identity(expected);
    }

    @Override
    public void had(Place place) {
        access.had(place);
    }

    @Override
    public AnchorIdentity.Fabric identity() throws AnchorageSetback {
        return access.identity();
    }

    /// What each of them can do.
    public static Capabilities offered() {
        return new Capabilities(ChannelAccess.FINALITY, true, false, Optional.empty(), true);
    }

    @Override
    public Capabilities capabilities() {
        return offered();
    }

    @Override
    public Preparation prepare(LodgeableHead head, long base, List<Hash> proof) throws AnchorageSetback {
        var member = access.member();
        try {
            int followed = head.keyProof().isEmpty() ? 0 : channel.handOvers(head.originId());
            var hops = head.keyProof().map(keys -> keys.beyond(followed)).orElse(KeyProof.Hops.NONE);
            int count = hops.steps().size();
            if (count > LodgingRules.MAX_HOPS) {
                return new Preparation.TooManyHandOvers(count, LodgingRules.MAX_HOPS);
            }
            var argument =
                    LodgingRequest.of(new LodgingRules.Offer(head, proof, hops)).toBytes();
            PreparedTransaction endorsed;
            try {
                if (argument.length > SignedRequest.MAX_SIZE) return noRoom(count, argument);
                endorsed = access.endorse(member, new Calls.Invocation("lodge", argument));
            } catch (PeerFailed e) {
                return refusal(e, head, followed);
            }
            var request = access.signed(member, endorsed);
            var bytes = request.toBytes();
            if (bytes.length > SignedRequest.MAX_SIZE) return noRoom(count, bytes);
            return new Preparation.Ready(ChannelAccess.request(request, bytes));
        } catch (PeerFailed e) {
            throw access.setback(e);
        }
    }

    private static Preparation noRoom(int handOvers, byte[] request) {
        return Preparation.noRoom(handOvers, request.length, SignedRequest.MAX_SIZE);
    }

    @Override
    public SubmitOutcome submit(SignedRequest request) {
        return access.submit(request);
    }

    @Override
    public void mayBeSetBack() {
        access.mayBeSetBack();
    }

    @Override
    public Finding find(OriginId origin, long size, Hash root) throws AnchorageSetback {
        try {
            var heads = channel.heads(origin, size);
            if (heads.asked().isPresent()) {
                var held = heads.asked().get();
                if (held.root().equals(root)) {
                    var place = place(origin, size);
                    return new Finding.Present(place, isConfirmed(origin, held, place));
                }
                access.noDoubt(new SecondWord.Subject(origin, size));
                try {
                    requireSure(
                            "the chaincode holds another root for " + size + " entries, " + held.root(),
                            peer -> instead(peer, origin, held));
                } catch (AnchorageSetback e) {
                    throw e.ofAnotherRoot();
                }
                return new Finding.Conflict(held.root());
            }
            access.noDoubt(new SecondWord.Subject(origin, size));
            if (heads.newest().isEmpty()) return Finding.Absent.EMPTY;
            var newest = heads.newest().get();
            if (newest.size() <= size) return new Finding.Absent(newest.size(), newest.root());
            requireSure("the chaincode holds a head of " + newest.size() + " entries, and none of " + size, peer -> {
                var its = channel.heads(peer, origin, size).asked();
                return its.isPresent()
                        ? its.map(held -> "has " + held.root() + " for " + size + " entries")
                        : instead(peer, origin, newest);
            });
            return new Finding.Covered(newest.size(), newest.root());
        } catch (PeerFailed e) {
            throw access.setback(e);
        }
    }

    private void requireSure(String said, SecondWord.Said what) throws AnchorageSetback {
        try {
            access.requireSaidByAnother(said, what);
        } catch (AnchorageSetback e) {
            throw e.againstTheLog();
        }
    }

    private boolean isConfirmed(OriginId origin, Channel.Held held, Place place) throws AnchorageSetback {
        var asked = Optional.of(new Confirmed(origin, held, place));
        if (confirmed.equals(asked)) return true;
        boolean isSo = access.isConfirmed(
                new SecondWord.Subject(origin, held.size()), place, peer -> instead(peer, origin, held));
        if (isSo) confirmed = asked;
        return isSo;
    }

    /// @return what this peer says that the chaincode holds for the size, in words; empty if this head
    private Optional<String> instead(int peer, OriginId origin, Channel.Held head) throws PeerFailed, AnchorageSetback {
        var found = channel.heads(peer, origin, head.size()).asked();
        return found.equals(Optional.of(head))
                ? Optional.empty()
                : Optional.of("has " + found.map(held -> held.root().toString()).orElse("nothing") + " for "
                        + head.size() + " entries");
    }

    private Place place(OriginId origin, long size) throws PeerFailed, AnchorageSetback {
        return access.placeOf(channel.rootAt(origin, size), "size " + size + " is lodged");
    }

    @Override
    public RequestState status(SignedRequest request) throws AnchorageSetback {
        return access.status(request);
    }

    @Override
    public Optional<AnchorProof> proof(OriginId origin, long size, Hash root, Place place) throws AnchorageSetback {
        access.had(place); // the relay's word, from before this start
        var identity = identity();
        try {
            var proof = proofs.of(identity, origin, size, root, place);
            if (proof.isPresent()) access.seen(place);
            return proof;
        } catch (PeerFailed e) {
            throw access.setback(e);
        } catch (InvalidProtocolBufferException e) {
            throw channel.nonsense("block " + place.height(), e);
        }
    }

    @Override
    public Optional<Trouble> delay() {
        return access.delay();
    }

    /// Where it is good it also says what keeps heads there from being proved to others, as far as the config
    /// tells.
    @Override
    public AnchorageHealth health() {
        var health = access.health();
        return health instanceof AnchorageHealth.Good(var detail)
                ? new AnchorageHealth.Good(detail + whyUnproved())
                : health;
    }

    private String whyUnproved() {
        try {
            // Its own: the relay's belong to the relay's thread.
            return new FabricProofs(channel, System::nanoTime)
                    .hindrance()
                    .map(why -> "; no proofs, heads there stay claimed: " + why)
                    .orElse("");
        } catch (PeerFailed | AnchorageSetback | InvalidProtocolBufferException e) {
            return "; whether heads there can be proved is not known: " + e.getMessage();
        }
    }

    @Override
    public void close() {
        access.close();
    }

    private Preparation refusal(PeerFailed error, LodgeableHead head, int followed)
            throws AnchorageSetback, PeerFailed {
        var said = error.refusal();
        if (said.isEmpty()) throw error;
        var why = PeerSetbacks.named(said.get(), Refusal.values(), Refusal::word)
                .orElseThrow(() -> PeerSetbacks.unnamed(said.get(), error));
        return Refusals.of(why, head, followed, () -> channel.handOvers(head.originId()), error);
    }
}
