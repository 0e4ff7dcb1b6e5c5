package org.sealpost.anchor.fabric;

import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hyperledger.fabric.protos.gateway.CommitStatusRequest;
import org.hyperledger.fabric.protos.gateway.PreparedTransaction;
import org.hyperledger.fabric.protos.gateway.SignedCommitStatusRequest;
import org.hyperledger.fabric.protos.peer.TxValidationCode;
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

    /// What the chaincode of this release says of itself (docs/formats.md §25).
    private static final String RULES = "2";

    /// Nobody takes such a one.
    private static final String NOBODYS = "it does not tell who made it";

    /// Of several peers, before what one of them says is believed.
    private static final int ENOUGH_FOR_FINALITY = 2;

    /// Of a transaction, or behind a package's label, where a peer names it again and again.
    private static final Pattern LONG_ID = Pattern.compile("\\b([0-9a-f]{8})[0-9a-f]{56}\\b");

    private static final String ASK_PEERS =
            "look whether the peers run and are reachable; they are asked again by themselves";
    private static final String START_CHAINCODE =
            "start the chaincode's service of that peer's organisation; it goes on by itself";
    private static final String LOOK_AT_TLS =
            "name the peer in peers as its TLS certificate does, and put the CA that vouches for it into ca-file";
    private static final String TAKE_OUT =
            "take this peer out of peers, and have its organisation look: nothing that it wants else is signed";
    private static final String RENEW_TLS =
            "set the clock of this box if it is wrong; else have the peer's TLS certificate renewed, or that of its CA in"
                    + " ca-file; it is asked again by itself";
    private static final String SET_CLOCK =
            "the clock of this box or of the peer is wrong: set it right; a peer answers nobody whose time differs from"
                    + " its own by more than its peer.authentication.timewindow, 15 minutes by default; it is asked"
                    + " again by itself";
    private static final String ASK_ADMINISTRATOR =
            "have the channel's administrator look: the identity's organisation and certificate, whether the peers are"
                    + " in the channel, and the chaincode's definition; it is tried again by itself";

    private final FabricConfig config;
    private final Duration submitDeadline;
    private final Duration statusDeadline;
    private final Membership membership;
    private final Peers peers;
    private final Calls calls;
    private final Channel channel;
    private final KnownChannel known;
    private final SecondWord secondWord;

    // All hold until it is asked again who the channel is: whether the chaincode follows the rules, under 0, where
    // blocks are, by their numbers, and which blocks each peer has there: what a whole row came into is one or two.
    private final HeldAnswers<Boolean> rules = new HeldAnswers<>();
    private final HeldAnswers<Place> places = new HeldAnswers<>();
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
        this.submitDeadline = submitDeadline;
        this.statusDeadline = statusDeadline;
        this.membership = new Membership(config, key, clock);
        this.peers = new Peers(config, nanos);
        this.calls = new Calls(config, membership, peers);
        this.channel = new Channel(config, calls);
        this.known = new KnownChannel(config, peers, channel, believed, nanos);
        this.secondWord = new SecondWord(peers, nanos);
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
        places.forget();
        blocks.forEach(HeldAnswers::forget);
        try {
            return known.identity();
        } catch (PeerFailed e) {
            throw setback(e);
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

    /// As peers of the chaincode's policy simulated the call.
    ///
    /// @throws PeerFailed also with what the chaincode said where it refused the call
    /// @throws AnchorageSetback also if the chaincode is one of other rules
    PreparedTransaction endorse(Member member, Calls.Invocation call) throws PeerFailed, AnchorageSetback {
        rules.of(0, this::requireRules);
        return calls.endorse(member, call);
    }

    /// What follows other rules may take a request and hold it otherwise, so nothing is signed for it.
    private boolean requireRules() throws AnchorageSetback, PeerFailed {
        var found = channel.version();
        if (found.equals(RULES)) return true;
        throw new AnchorageSetback(
                "chaincode " + config.chaincode() + " follows rules \"" + found + "\", and this release knows " + RULES,
                "have the channel's administrators commit the chaincode of this release; nothing is sent to another"
                        + " one");
    }

    /// To be sent any number of times; of any size.
    FabricRequest signed(Member member, PreparedTransaction endorsed) throws AnchorageSetback, PeerFailed {
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

    /// The request of these bytes, which are what [FabricRequest#toBytes] gave.
    static SignedRequest request(FabricRequest request, byte[] bytes) {
        return new SignedRequest(request.hash(), OptionalLong.empty(), bytes);
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

    SubmitOutcome submit(SignedRequest request) {
        var parsed = FabricRequest.read(request.bytes());
        var creator = parsed.creator();
        if (creator.isEmpty()) return new SubmitOutcome.Unknown(NOBODYS);
        try {
            peers.ask(
                    creator.get(),
                    gateway -> gateway.newTransaction(parsed.prepared().toByteArray())
                            .submitAsync(calls.within(submitDeadline)));
            return new SubmitOutcome.Accepted();
        } catch (PeerFailed e) {
            if (e.isKnownToOrderers()) return new SubmitOutcome.AlreadyKnown();
            if (!e.isRefusedByOrderers()) return new SubmitOutcome.Unknown(String.valueOf(e.getMessage()));
            return ended(creator.get(), e)
                    .<SubmitOutcome>map(SubmitOutcome.Unknown::new)
                    .orElseGet(() -> new SubmitOutcome.RefusedForGood(String.valueOf(e.getMessage())));
        } catch (AnchorageSetback e) {
            return new SubmitOutcome.Unknown(String.valueOf(e.getMessage()));
        }
    }

    /// @param request may be forgotten: whether its identity has ended is not known then
    RequestState status(SignedRequest request) throws AnchorageSetback {
        try {
            if (request.isForgotten()) {
                var asks = membership.inUse();
                return committed(asks, statusQuestion(asks, request.id().hex())).orElseGet(RequestState.Unknown::new);
            }
            var parsed = FabricRequest.read(request.bytes());
            var creator = parsed.creator();
            if (creator.isEmpty()) return new RequestState.CannotLand(NOBODYS);
            var ended = ended(creator.get());
            var question = ended.isEmpty() ? parsed.status() : statusQuestion(membership.inUse(), parsed.id());
            return committed(creator.get(), question)
                    .or(() -> ended.map(RequestState.CannotLand::new))
                    .orElseGet(RequestState.Unknown::new);
        } catch (PeerFailed e) {
            throw setback(e);
        }
    }

    /// There is no negative answer: a transaction that is not known is waited for until the deadline.
    ///
    /// @return empty if it was in no block until then
    private Optional<RequestState> committed(Member asks, byte[] question) throws PeerFailed, AnchorageSetback {
        try {
            // Who waited knows no more than the next one would after as long.
            var status = peers.askChosen(
                    asks,
                    gateway -> gateway.newCommit(question).getStatus(calls.within(statusDeadline)),
                    PeerFailed::isLate);
            long number = status.getBlockNumber();
            var place = placeOfBlock(number);
            return Optional.of(
                    status.getCode() == TxValidationCode.VALID
                            ? new RequestState.Final(place)
                            : new RequestState.Reverted(place, true));
        } catch (PeerFailed e) {
            if (e.isLate()) return Optional.empty();
            throw e;
        }
    }

    private Place placeOfBlock(long number) throws PeerFailed, AnchorageSetback {
        return places.of(
                number, () -> new Place(number, channel.block(number).header().hash()));
    }

    /// Why a request's identity is nobody's any more, if it is so: what is refused then is not what it brings.
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
        try {
            var member = membership.inUse();
            requireRules();
            var time = newestTime();
            var looks = looks();
            var words = looks.stream().map(Look::words).collect(Collectors.joining(", "));
            if (looks.size() > 1 && looks.stream().filter(Look::isWell).count() < ENOUGH_FOR_FINALITY) {
                return new AnchorageHealth.Bad(
                        "heads are not final until two of peers answer: " + words,
                        looks.stream()
                                .map(Look::remedy)
                                .flatMap(Optional::stream)
                                .findFirst()
                                .orElse(ASK_PEERS));
            }
            return new AnchorageHealth.Good("chaincode " + config.chaincode() + " by rules " + RULES + ", "
                    + channel.definition() + "; newest block of "
                    + time.map(Instant::toString).orElse("no time") + "; identity of " + config.msp() + " until "
                    + member.end() + "; peers " + words);
        } catch (AnchorageSetback e) {
            return new AnchorageHealth.Bad(String.valueOf(e.getMessage()), e.remedy());
        } catch (PeerFailed e) {
            var setback = setback(e);
            return new AnchorageHealth.Bad(String.valueOf(setback.getMessage()), setback.remedy());
        }
    }

    /// How one peer answers, in words.
    ///
    /// @param remedy empty if it answers well
    private record Look(String words, Optional<String> remedy) {
        boolean isWell() {
            return remedy.isEmpty();
        }
    }

    private List<Look> looks() throws AnchorageSetback {
        var looks = new ArrayList<Look>();
        for (int peer = 0; peer < peers.count(); peer++) {
            long begun = System.nanoTime();
            try {
                long height = channel.height(peer);
                looks.add(new Look(
                        peers.address(peer) + " with " + height + " blocks in "
                                + Duration.ofNanos(System.nanoTime() - begun).toMillis() + " ms",
                        Optional.empty()));
            } catch (PeerFailed e) {
                looks.add(new Look(
                        peers.address(peer) + " does not answer well (" + e.getMessage() + ")",
                        Optional.of(setback(e).remedy())));
            }
        }
        return looks;
    }

    private Optional<Instant> newestTime() throws PeerFailed, AnchorageSetback {
        try {
            return channel.newest().time();
        } catch (InvalidProtocolBufferException e) {
            throw channel.nonsense("the newest block", e);
        }
    }

    @Override
    public void close() {
        peers.close();
    }

    // --- what goes wrong

    /// Of a refusal that is none of those that its caller knows.
    ///
    /// @param said by the chaincode
    static <R> Optional<R> named(String said, R[] refusals, Function<R, String> word) {
        return Stream.of(refusals)
                .filter(refusal -> said.startsWith(word.apply(refusal) + ":"))
                .findFirst();
    }

    static AnchorageSetback unnamed(String said, PeerFailed error) {
        return new AnchorageSetback("the chaincode says: " + said, ASK_ADMINISTRATOR, error);
    }

    AnchorageSetback setback(PeerFailed e) {
        boolean isRefused = e.refusal().isPresent()
                || e.says("access denied")
                || e.says("creator")
                || e.says("expired")
                || e.says("No metadata was found")
                || e.says("no peers available")
                || e.says("not found")
                || e.says("failed to get config for channel")
                || e.says("chaincode response 500")
                || e.says("transaction returned with failure");
        String said = String.valueOf(e.getMessage());
        if (e.isOfSomethingElse()) return new AnchorageSetback(said, TAKE_OUT, e);
        if (e.isOutOfTime()) return new AnchorageSetback(said, RENEW_TLS, e);
        if (e.isUntrusted()) return new AnchorageSetback(said, LOOK_AT_TLS, e);
        if (e.says("could not launch chaincode")) {
            return new AnchorageSetback(LONG_ID.matcher(said).replaceAll("$1…"), START_CHAINCODE, e);
        }
        if (e.says("incorrect timestamp")) return new AnchorageSetback(said, SET_CLOCK, e);
        if (e.says("expired")) return new AnchorageSetback(said, membership.enrol(), e);
        return new AnchorageSetback(said, isRefused ? ASK_ADMINISTRATOR : ASK_PEERS, e);
    }
}
