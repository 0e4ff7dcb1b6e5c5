package org.sealpost.anchor.fabric;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.sealpost.anchor.AnchorageHealth;
import org.sealpost.anchor.AnchorageSetback;

/// How the peers, the chaincode and the identity are, for people. Any thread.
final class ChannelHealth {
    /// Of several peers, before what one of them says is believed.
    private static final int ENOUGH_FOR_FINALITY = 2;

    private final FabricConfig config;
    private final Membership membership;
    private final Peers peers;
    private final Channel channel;
    private final ChaincodeRules rules;
    private final PeerSetbacks setbacks;

    ChannelHealth(
            FabricConfig config,
            Membership membership,
            Peers peers,
            Channel channel,
            ChaincodeRules rules,
            PeerSetbacks setbacks) {
        this.config = config;
        this.membership = membership;
        this.peers = peers;
        this.channel = channel;
        this.rules = rules;
        this.setbacks = setbacks;
    }

    AnchorageHealth health() {
        try {
            var member = membership.inUse();
            rules.require();
            var time = channel.newestTime();
            var looks = looks();
            var words = looks.stream().map(Look::words).collect(Collectors.joining(", "));
            if (looks.size() > 1 && looks.stream().filter(Look::isWell).count() < ENOUGH_FOR_FINALITY) {
                return new AnchorageHealth.Bad(
                        "heads are not final until two of peers answer: " + words,
                        looks.stream()
                                .map(Look::remedy)
                                .flatMap(Optional::stream)
                                .findFirst()
                                .orElse(PeerSetbacks.ASK_PEERS));
            }
            return new AnchorageHealth.Good("chaincode " + config.chaincode() + " by rules " + ChaincodeRules.RULES
                    + ", "
                    + channel.definition() + "; newest block of "
                    + time.map(Instant::toString).orElse("no time") + "; identity of " + config.msp() + " until "
                    + member.end() + "; peers " + words);
        } catch (AnchorageSetback e) {
            return new AnchorageHealth.Bad(String.valueOf(e.getMessage()), e.remedy());
        } catch (PeerFailed e) {
            var setback = setbacks.of(e);
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
                        Optional.of(setbacks.of(e).remedy())));
            }
        }
        return looks;
    }
}
