package org.sealpost.anchor.fabric;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.hyperledger.fabric.protos.gateway.PreparedTransaction;
import org.sealpost.anchor.AnchorageHealth;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.Anchored.Trouble;
import org.sealpost.anchor.RequestState;
import org.sealpost.anchor.SignedRequest;
import org.sealpost.anchor.SubmitOutcome;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.hsm.SigningKey;
import org.sealpost.lodging.Place;
import org.sealpost.merkle.Hash;
import org.sealpost.record.ClockReading;

/// One identity's way to the chaincode on one channel: whatever is called there, it makes the request, sends
/// it, and tells what became of it.
///
/// A transaction is named by its id before it is sent, the same bytes take effect once, and a block is never
/// taken back; but a gateway that does not answer, or says that it could not, may have had it ordered all the
/// same, so after anything but a clear answer the chaincode is asked.
///
/// Any thread, but for [#identity], which has one.
final class ChannelAccess implements AutoCloseable {
    static final Duration SUBMIT = Duration.ofSeconds(5);
    static final String FINALITY = "as soon as the channel's orderers have put it into a block";

    private final FabricConfig config;
    private final Membership membership;
    private final Peers peers;
    private final PeerSetbacks setbacks;
    private final Channel channel;
    private final KnownChannel known;
    private final SecondWord secondWord;
    private final ChaincodeRules rules;
    private final RequestSigning signing;
    private final RequestSending sending;
    private final ChannelHealth channelHealth;

    // Which blocks each peer has, by their numbers: what a whole row came into is one or two. They hold until it is
    // asked again who the channel is.
    private final List<HeldAnswers<Hash>> blocks;

    /// Contacts nobody.
    ///
    /// @param submitDeadline for the gateway's word that a request was taken; a short one loses it, and
    ///     not the request
    /// @param statusDeadline so long a transaction that is in no block yet is waited for
    /// @throws IllegalArgumentException if it is no key on P-256
    ChannelAccess(
            FabricConfig config,
            SigningKey key,
            Supplier<ClockReading> clock,
            Duration submitDeadline,
            Duration statusDeadline) {
        this(config, key, clock, submitDeadline, statusDeadline, KnownChannel.BELIEVED, System::nanoTime);
    }

    /// @param believed as of a [KnownChannel]
    /// @param nanos    of a clock that only runs forward
    ChannelAccess(
            FabricConfig config,
            SigningKey key,
            Supplier<ClockReading> clock,
            Duration submitDeadline,
            Duration statusDeadline,
            Duration believed,
            LongSupplier nanos) {
        this.config = config;
        this.membership = new Membership(config, key, clock);
        this.peers = new Peers(config, nanos);
        this.setbacks = new PeerSetbacks(membership);
        var calls = new Calls(config, membership, peers);
        this.channel = new Channel(config, calls);
        this.known = new KnownChannel(config, peers, channel, believed, nanos);
        this.secondWord = new SecondWord(peers, nanos);
        this.rules = new ChaincodeRules(config, channel);
        this.signing = new RequestSigning(config, membership, peers, calls, rules);
        this.sending = new RequestSending(
                membership, peers, calls, channel, signing, setbacks, submitDeadline, statusDeadline);
        this.channelHealth = new ChannelHealth(config, membership, peers, channel, rules, setbacks);
        this.blocks =
                Stream.generate(HeldAnswers<Hash>::new).limit(peers.count()).toList();
    }

    Channel channel() {
        return channel;
    }

    /// @param expected as whoever asks knows it
    AnchorIdentity.Fabric identity(Optional<AnchorIdentity> expected) throws AnchorageSetback {
        expected.ifPresent(known::expect);
        return identity();
    }

    AnchorIdentity.Fabric identity() throws AnchorageSetback {
        rules.forget();
        sending.forget();
        blocks.forEach(HeldAnswers::forget);
        try {
            return known.identity();
        } catch (PeerFailed e) {
            throw setbacks.of(e);
        }
    }

    /// A peer that does not have this block is behind: a quorum of orderers has signed it.
    void seen(Place place) {
        known.seen(place);
    }

    /// A peer that does not have this block, which was there before this process began, is behind for a while.
    void had(Place place) {
        known.had(place);
    }

    /// A person says that the channel was set back.
    void mayBeSetBack() {
        known.mayBeSetBack();
    }

    /// Whether another peer says the same of what is written there, as far as there is another one: a channel takes no
    /// block back, so it is final then. A peer that does not have that block is behind from then on.
    ///
    /// @param what of the other peer, but that it has the block
    boolean isConfirmed(SecondWord.Subject about, Place place, SecondWord.Said what) throws AnchorageSetback {
        var words = "what is in block " + place.height() + " (" + place.block() + ")";
        boolean isSo = secondWord.confirms(about, words, peer -> {
            var otherwise = what.otherwise(peer);
            return otherwise.isPresent() ? otherwise : hasAnotherBlock(peer, place);
        });
        if (isSo) known.seen(place);
        return isSo;
    }

    private Optional<String> hasAnotherBlock(int peer, Place place) throws PeerFailed, AnchorageSetback {
        var found = blocks.get(peer)
                .of(
                        place.height(),
                        () -> channel.block(peer, place.height()).header().hash());
        return found.equals(place.block()) ? Optional.empty() : Optional.of("has another block there, " + found);
    }

    /// Goes on only if another peer says so, too, where there is another one: for what would stop a relay for good.
    ///
    /// @param said by the peer that is asked, in words
    void requireSaidByAnother(String said, SecondWord.Said what) throws AnchorageSetback {
        secondWord.require(said, what);
    }

    /// Takes away from what the peer that is asked does not hold what another one does.
    ///
    /// @throws AnchorageSetback unless another peer answers, or there is none
    void withoutWhatOthersHave(String said, Set<Long> lacked, SecondWord.Has what) throws AnchorageSetback {
        secondWord.removeWhatOthersHave(said, lacked, what);
    }

    /// What was not confirmed is not there any more.
    void noDoubt(SecondWord.Subject about) {
        secondWord.noDoubt(about);
    }

    /// What keeps something from being final. Any thread.
    Optional<Trouble> delay() {
        return secondWord.delay();
    }

    // --- a request

    /// The identity that prepares a request.
    Member member() throws AnchorageSetback {
        return membership.inUse();
    }

    /// @throws PeerFailed also with what the chaincode said where it refused the call
    /// @throws AnchorageSetback also if the chaincode is one of other rules
    PreparedTransaction endorse(Member member, Calls.Invocation call) throws PeerFailed, AnchorageSetback {
        return signing.endorse(member, call);
    }

    FabricRequest signed(Member member, PreparedTransaction endorsed) throws AnchorageSetback, PeerFailed {
        return signing.signed(member, endorsed);
    }

    /// The request of these bytes, which are what [FabricRequest#toBytes] gave.
    static SignedRequest request(FabricRequest request, byte[] bytes) {
        return new SignedRequest(request.hash(), OptionalLong.empty(), bytes);
    }

    SubmitOutcome submit(SignedRequest request) {
        return sending.submit(request);
    }

    RequestState status(SignedRequest request) throws AnchorageSetback {
        return sending.status(request);
    }

    // --- where it is written, and how it is

    /// Where the one key was written that this question reads. A chaincode does not know which block wrote what
    /// it holds, and a peer tells it only in what it signs. One of the own organisation will do; where none of
    /// it is there, those of the chaincode's policy.
    ///
    /// @param what is held there, in words
    Place placeOf(Calls.Question question, String what) throws PeerFailed, AnchorageSetback {
        return written(question, what).place();
    }

    /// Where something was written.
    ///
    /// @param position of the transaction in the block, from 0
    record Written(Place place, FabricBlock block, long position) {}

    /// The same with the block.
    Written written(Calls.Question question, String what) throws PeerFailed, AnchorageSetback {
        Optional<EndorsedState> state;
        try {
            state = channel.state(question.by(List.of(config.msp())));
        } catch (PeerFailed e) {
            state = channel.state(question);
        }
        var found = state.orElseThrow(
                () -> new AnchorageSetback("peers do not agree whether " + what + ": one is behind", "none needed"));
        var block = channel.block(found.block());
        return new Written(new Place(found.block(), block.header().hash()), block, found.position());
    }

    AnchorageHealth health() {
        return channelHealth.health();
    }

    /// The setback that this is, and what somebody does about it.
    AnchorageSetback setback(PeerFailed e) {
        return setbacks.of(e);
    }

    @Override
    public void close() {
        peers.close();
    }
}
