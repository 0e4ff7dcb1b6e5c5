package org.sealpost.anchor.fabric;

import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.sealpost.anchor.AnchorageSetback;

/// What somebody does where a peer failed, or the chaincode refused something. Any thread.
final class PeerSetbacks {
    /// Of a transaction, or behind a package's label, where a peer names it again and again.
    private static final Pattern LONG_ID = Pattern.compile("\\b([0-9a-f]{8})[0-9a-f]{56}\\b");

    static final String ASK_PEERS = "look whether the peers run and are reachable; they are asked again by themselves";

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

    private final Membership membership;

    PeerSetbacks(Membership membership) {
        this.membership = membership;
    }

    AnchorageSetback of(PeerFailed e) {
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
}
