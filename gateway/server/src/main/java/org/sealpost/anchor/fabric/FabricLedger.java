package org.sealpost.anchor.fabric;

import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.hyperledger.fabric.protos.gateway.CommitStatusRequest;
import org.hyperledger.fabric.protos.gateway.PreparedTransaction;
import org.hyperledger.fabric.protos.gateway.SignedCommitStatusRequest;
import org.hyperledger.fabric.protos.peer.TxValidationCode;
import org.sealpost.anchor.AnchorProof;
import org.sealpost.anchor.Anchorage;
import org.sealpost.anchor.AnchorageHealth;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.Capabilities;
import org.sealpost.anchor.Preparation;
import org.sealpost.anchor.RequestState;
import org.sealpost.anchor.SignedRequest;
import org.sealpost.anchor.SubmitOutcome;
import org.sealpost.evidence.AnchorIdentity;
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
/// What the chaincode holds decides. A transaction is named by its id before it is sent, the same bytes
/// take effect once, and a block is never taken back; but a gateway that does not answer, or says that it
/// could not, may have had it ordered all the same, so after anything but a clear answer the chaincode is
/// asked.
public final class FabricLedger implements Anchorage {
    private static final Duration SUBMIT = Duration.ofSeconds(5);

    private static final String ASK_PEERS =
            "look whether the peers run and are reachable; they are asked again by themselves";
    private static final String ASK_ADMINISTRATOR =
            "have the channel's administrator look: the identity's organisation and certificate, and the chaincode's"
                    + " definition; it is tried again by itself";

    private final FabricConfig config;
    private final Duration submitDeadline;
    private final Membership membership;
    private final Peers peers;
    private final Calls calls;
    private final Channel channel;
    private final FabricProofs proofs;

    // Owned by the relay's thread.
    private final KnownChannel known;

    private FabricLedger(FabricConfig config, SigningKey key, Supplier<ClockReading> clock, Duration submitDeadline) {
        this.config = config;
        this.submitDeadline = submitDeadline;
        this.membership = new Membership(config, key, clock);
        this.peers = new Peers(config);
        this.calls = new Calls(config, membership, peers);
        this.channel = new Channel(config, calls);
        this.known = new KnownChannel(config, peers, channel);
        this.proofs = new FabricProofs(channel);
    }

    /// Contacts nobody.
    ///
    /// @param key   P-256; the identity's
    /// @param clock tells whether its certificate is over
    /// @throws IllegalArgumentException if the key is of another kind
    public static FabricLedger open(FabricConfig config, SigningKey key, Supplier<ClockReading> clock) {
        return open(config, key, clock, SUBMIT);
    }

    /// @param submitDeadline for the gateway's word that a request was taken; a short one loses it, and
    ///     not the request
    static FabricLedger open(
            FabricConfig config, SigningKey key, Supplier<ClockReading> clock, Duration submitDeadline) {
        return new FabricLedger(config, key, clock, submitDeadline);
    }

    @Override
    public AnchorIdentity.Fabric identity(Optional<AnchorIdentity> expected) throws AnchorageSetback {
        expected.ifPresent(known::expect);
        return identity();
    }

    @Override
    public AnchorIdentity.Fabric identity() throws AnchorageSetback {
        try {
            return known.identity();
        } catch (PeerFailed e) {
            throw setback(e);
        }
    }

    @Override
    public Capabilities capabilities() {
        return new Capabilities("as soon as the channel's orderers have put it into a block", true, false);
    }

    @Override
    public Preparation prepare(LodgeableHead head, long base, List<Hash> proof) throws AnchorageSetback {
        var member = membership.inUse();
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
                endorsed = calls.endorse(member, "lodge", argument);
            } catch (PeerFailed e) {
                return refusal(e, head, followed);
            }
            var request = signed(member, endorsed);
            var bytes = request.toBytes();
            if (bytes.length > SignedRequest.MAX_SIZE) return noRoom(count, bytes);
            return new Preparation.Ready(new SignedRequest(request.hash(), OptionalLong.empty(), bytes));
        } catch (PeerFailed e) {
            throw setback(e);
        }
    }

    private static Preparation noRoom(int handOvers, byte[] request) {
        return Preparation.noRoom(handOvers, request.length, SignedRequest.MAX_SIZE);
    }

    private FabricRequest signed(Member member, PreparedTransaction endorsed) throws AnchorageSetback, PeerFailed {
        var id = endorsed.getTransactionId();
        var signed = peers.ask(member, gateway -> {
            var digest = gateway.newTransaction(endorsed.toByteArray()).getDigest();
            return gateway.newSignedTransaction(endorsed.toByteArray(), membership.sign(digest))
                    .getBytes();
        });
        try {
            return new FabricRequest(PreparedTransaction.parseFrom(signed).getEnvelope(), statusQuestion(member, id));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("the library wrote what it does not read", e);
        }
    }

    /// The signed question what became of a transaction.
    private byte[] statusQuestion(Member member, String id) throws AnchorageSetback, PeerFailed {
        var question = CommitStatusRequest.newBuilder()
                .setChannelId(config.channel())
                .setTransactionId(id)
                .setIdentity(member.creator())
                .build();
        var unsigned = SignedCommitStatusRequest.newBuilder()
                .setRequest(question.toByteString())
                .build()
                .toByteArray();
        return peers.ask(member, gateway -> {
            var digest = gateway.newCommit(unsigned).getDigest();
            return gateway.newSignedCommit(unsigned, membership.sign(digest)).getBytes();
        });
    }

    @Override
    public SubmitOutcome submit(SignedRequest request) {
        var parsed = FabricRequest.read(request.bytes());
        try {
            peers.ask(
                    parsed.creator(),
                    gateway -> gateway.newTransaction(parsed.prepared().toByteArray())
                            .submitAsync(calls.within(submitDeadline)));
            return new SubmitOutcome.Accepted();
        } catch (PeerFailed e) {
            if (e.isKnownToOrderers()) return new SubmitOutcome.AlreadyKnown();
            if (!e.isRefusedByOrderers()) return new SubmitOutcome.Unknown(String.valueOf(e.getMessage()));
            return ended(parsed.creator(), e)
                    .<SubmitOutcome>map(SubmitOutcome.Unknown::new)
                    .orElseGet(() -> new SubmitOutcome.RefusedForGood(String.valueOf(e.getMessage())));
        } catch (AnchorageSetback e) {
            return new SubmitOutcome.Unknown(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public Finding find(OriginId origin, long size, Hash root) throws AnchorageSetback {
        try {
            var heads = channel.heads(origin, size);
            if (heads.asked().isPresent()) {
                var held = heads.asked().get();
                return held.root().equals(root)
                        ? new Finding.Present(place(origin, size), true)
                        : new Finding.Conflict(held.root());
            }
            if (heads.newest().isEmpty()) return Finding.Absent.EMPTY;
            var newest = heads.newest().get();
            return newest.size() > size
                    ? new Finding.Covered(newest.size(), newest.root())
                    : new Finding.Absent(newest.size(), newest.root());
        } catch (PeerFailed e) {
            throw setback(e);
        }
    }

    /// A chaincode does not know which block wrote what it holds, and a peer tells it only in what it
    /// signs. One of the own organisation will do; where none of it is there, those of the chaincode's
    /// policy.
    private Place place(OriginId origin, long size) throws PeerFailed, AnchorageSetback {
        Optional<EndorsedState> state;
        try {
            state = channel.state(origin, size, List.of(config.msp()));
        } catch (PeerFailed e) {
            state = channel.state(origin, size, List.of());
        }
        long number = state.orElseThrow(() -> new AnchorageSetback(
                        "peers do not agree whether size " + size + " is lodged: one is behind", "none needed"))
                .block();
        return known.seen(new Place(number, channel.block(number).header().hash()));
    }

    /// There is no negative answer: a transaction that is not known is waited for until the deadline.
    @Override
    public RequestState status(SignedRequest request) throws AnchorageSetback {
        var parsed = FabricRequest.read(request.bytes());
        var ended = ended(parsed.creator());
        try {
            var question = ended.isEmpty() ? parsed.status() : statusQuestion(membership.inUse(), parsed.id());
            var status = peers.ask(
                    parsed.creator(),
                    gateway -> gateway.newCommit(question).getStatus(calls.within(config.deadline())));
            long number = status.getBlockNumber();
            var place = new Place(number, channel.block(number).header().hash());
            return status.getCode() == TxValidationCode.VALID
                    ? new RequestState.Final(place)
                    : new RequestState.Reverted(place, true);
        } catch (PeerFailed e) {
            if (!e.isLate()) throw setback(e);
            return ended.<RequestState>map(RequestState.CannotLand::new).orElseGet(RequestState.Unknown::new);
        }
    }

    @Override
    public Optional<AnchorProof> proof(OriginId origin, long size, Hash root, Place place) throws AnchorageSetback {
        known.seen(place); // the relay's word, from before this start
        var identity = identity();
        try {
            return proofs.of(identity, origin, size, root, place);
        } catch (PeerFailed e) {
            throw setback(e);
        } catch (InvalidProtocolBufferException e) {
            throw channel.nonsense("block " + place.height(), e);
        }
    }

    @Override
    public AnchorageHealth health() {
        try {
            var member = membership.inUse();
            var time = newestTime();
            return new AnchorageHealth.Good("chaincode " + config.chaincode() + " by rules " + channel.version() + ", "
                    + channel.definition() + "; newest block of "
                    + time.map(Instant::toString).orElse("no time") + "; identity of " + config.msp() + " until "
                    + member.end() + "; peers " + String.join(", ", peersInWords()));
        } catch (AnchorageSetback e) {
            return new AnchorageHealth.Bad(String.valueOf(e.getMessage()), e.remedy());
        } catch (PeerFailed e) {
            var setback = setback(e);
            return new AnchorageHealth.Bad(String.valueOf(setback.getMessage()), setback.remedy());
        }
    }

    private List<String> peersInWords() throws AnchorageSetback {
        var words = new ArrayList<String>();
        for (int peer = 0; peer < peers.count(); peer++) {
            long begun = System.nanoTime();
            try {
                long height = channel.height(peer);
                words.add(peers.address(peer) + " with " + height + " blocks in "
                        + Duration.ofNanos(System.nanoTime() - begun).toMillis() + " ms");
            } catch (PeerFailed e) {
                words.add(peers.address(peer) + " does not answer well (" + e.getMessage() + ")");
            }
        }
        return words;
    }

    @Override
    public void close() {
        peers.close();
    }

    private Optional<Instant> newestTime() throws PeerFailed, AnchorageSetback {
        try {
            return channel.block(channel.height() - 1).time();
        } catch (InvalidProtocolBufferException e) {
            throw channel.nonsense("the newest block", e);
        }
    }

    /// Why a request's identity is nobody's any more, if it is so: what is refused then is not the head.
    private Optional<String> ended(Member creator) throws AnchorageSetback {
        if (membership.now().isAfter(creator.end())) return Optional.of(endedAt(creator));
        return creator.equals(membership.held())
                ? Optional.empty()
                : Optional.of("signed by an identity that was renewed since");
    }

    private Optional<String> ended(Member creator, PeerFailed refused) {
        try {
            var found = ended(creator);
            if (found.isPresent()) return found;
            if (refused.says("expired")) return Optional.of(endedAt(creator));
            // A box without a clock knows the time from the channel.
            return newestTime().filter(time -> time.isAfter(creator.end())).map(_ -> endedAt(creator));
        } catch (PeerFailed | AnchorageSetback e) {
            // Whoever cannot tell does not call it for good.
            return Optional.of("refused, and whether its identity has ended cannot be told: " + refused.getMessage());
        }
    }

    private static String endedAt(Member creator) {
        return "signed by an identity that ended at " + creator.end();
    }

    private Preparation refusal(PeerFailed error, LodgeableHead head, int followed)
            throws AnchorageSetback, PeerFailed {
        var said = error.refusal();
        if (said.isEmpty()) throw error;
        var why = named(said.get())
                .orElseThrow(() -> new AnchorageSetback("the chaincode says: " + said.get(), ASK_ADMINISTRATOR, error));
        return switch (why) {
            case BAD_ORIGIN, BAD_SIZE, BROKEN_KEY, TOO_MANY_HAND_OVERS -> new Preparation.Refused(why.sentence);
            // The caller looked before and found it otherwise: the channel moved on, so it has to look again.
            case CONFLICT, NOT_CONSISTENT -> throw new AnchorageSetback(why.sentence, "none needed", error);
            case BAD_SIGNATURE, BAD_HAND_OVER -> {
                if (head.keyProof().isPresent() && channel.handOvers(head.originId()) != followed) {
                    throw new AnchorageSetback(
                            "somebody else brought hand-overs of the sealing key meanwhile", "none needed", error);
                }
                yield new Preparation.Refused(why.sentence);
            }
        };
    }

    private static Optional<Refusal> named(String said) {
        for (var refusal : Refusal.values()) {
            if (said.startsWith(refusal.word() + ":")) return Optional.of(refusal);
        }
        return Optional.empty();
    }

    private AnchorageSetback setback(PeerFailed e) {
        boolean isRefused = e.refusal().isPresent()
                || e.says("access denied")
                || e.says("creator")
                || e.says("expired")
                || e.says("No metadata was found")
                || e.says("no peers available")
                || e.says("not found");
        String said = String.valueOf(e.getMessage());
        if (e.says("expired")) return new AnchorageSetback(said, membership.enrol(), e);
        return new AnchorageSetback(said, isRefused ? ASK_ADMINISTRATOR : ASK_PEERS, e);
    }
}
