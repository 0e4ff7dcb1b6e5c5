package org.sealpost.anchor.fabric;

import java.time.Duration;
import java.util.Optional;
import org.hyperledger.fabric.protos.peer.TxValidationCode;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.RequestState;
import org.sealpost.anchor.SignedRequest;
import org.sealpost.anchor.SubmitOutcome;
import org.sealpost.lodging.Place;

/// Requests are sent to be ordered, and what became of them is asked. Any thread.
final class RequestSending {
    /// Nobody takes such a one.
    private static final String NOBODYS = "it does not tell who made it";

    private final Membership membership;
    private final Peers peers;
    private final Calls calls;
    private final Channel channel;
    private final RequestSigning signing;
    private final PeerSetbacks setbacks;
    private final Duration submitDeadline;
    private final Duration statusDeadline;

    // Where blocks are, by their numbers: what a whole row came into is one or two. Holds until it is forgotten.
    private final HeldAnswers<Place> places = new HeldAnswers<>();

    /// @param submitDeadline for the gateway's word that a request was taken; a short one loses it, and
    ///     not the request
    /// @param statusDeadline so long a transaction that is in no block yet is waited for
    RequestSending(
            Membership membership,
            Peers peers,
            Calls calls,
            Channel channel,
            RequestSigning signing,
            PeerSetbacks setbacks,
            Duration submitDeadline,
            Duration statusDeadline) {
        this.membership = membership;
        this.peers = peers;
        this.calls = calls;
        this.channel = channel;
        this.signing = signing;
        this.setbacks = setbacks;
        this.submitDeadline = submitDeadline;
        this.statusDeadline = statusDeadline;
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
                return committed(asks, signing.statusQuestion(asks, request.id().hex()))
                        .orElseGet(RequestState.Unknown::new);
            }
            var parsed = FabricRequest.read(request.bytes());
            var creator = parsed.creator();
            if (creator.isEmpty()) return new RequestState.CannotLand(NOBODYS);
            var ended = ended(creator.get());
            var question = ended.isEmpty() ? parsed.status() : signing.statusQuestion(membership.inUse(), parsed.id());
            return committed(creator.get(), question)
                    .or(() -> ended.map(RequestState.CannotLand::new))
                    .orElseGet(RequestState.Unknown::new);
        } catch (PeerFailed e) {
            throw setbacks.of(e);
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
            return channel.newestTime()
                    .filter(time -> time.isAfter(creator.end()))
                    .map(_ -> endedAt(creator));
        } catch (PeerFailed | AnchorageSetback e) {
            // Whoever cannot tell does not call it for good.
            return Optional.of("refused, and whether its identity has ended cannot be told: " + refused.getMessage());
        }
    }

    private static String endedAt(Member creator) {
        return "signed by an identity that ended at " + creator.end();
    }

    /// The channel may be another one now.
    void forget() {
        places.forget();
    }
}
