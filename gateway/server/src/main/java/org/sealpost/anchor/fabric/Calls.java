package org.sealpost.anchor.fabric;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.CallOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.hyperledger.fabric.client.Gateway;
import org.hyperledger.fabric.client.Proposal;
import org.hyperledger.fabric.protos.gateway.PreparedTransaction;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.PublicationConfig;

/// Calls of chaincodes on the channel, each signed by the identity. Any thread.
///
/// What is only asked for is in no block, so a question may be the same bytes again, and is for a while, since
/// a token may take longer to sign than a peer to answer. Not for longer: it says when it was made, and peers
/// refuse what is further from their own time than `peer.authentication.timewindow`.
final class Calls {
    /// Of a whole row, which is asked at the same time, and of what is asked beside it.
    private static final int MAX_KEPT = 2 * PublicationConfig.MOST_IN_FLIGHT;

    /// So far this box's clock may have moved, either way, since a question was signed. Peers' window is 15
    /// minutes by default; the rest is for clocks that differ.
    static final Duration KEPT = Duration.ofMinutes(5);

    private final FabricConfig config;
    private final Membership membership;
    private final Peers peers;

    private final Map<Asked, Signed> signed = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Asked, Signed> eldest) {
            return size() > MAX_KEPT;
        }
    });

    /// What is called, and by whose peers it is to be answered; no organisation: by those that the
    /// chaincode's policy wants.
    record Question(String chaincode, List<String> organisations, List<ByteString> words) {
        Question(String chaincode, String... words) {
            this(
                    chaincode,
                    List.of(),
                    Arrays.stream(words).map(ByteString::copyFromUtf8).toList());
        }

        Question by(List<String> others) {
            return new Question(chaincode, others, words);
        }
    }

    /// What is to be written.
    ///
    /// @param hidden comes to the endorsers and into no transaction: the transient map
    record Invocation(String function, List<byte[]> arguments, Map<String, byte[]> hidden) {
        Invocation(String function, byte[] argument) {
            this(function, List.of(argument), Map.of());
        }
    }

    private record Asked(ByteString by, Question question) {}

    /// @param at by the clock whose time it says, which may be set
    private record Signed(byte[] proposal, Instant at) {
        boolean isKept(Instant now) {
            return Duration.between(at, now).abs().compareTo(KEPT) < 0;
        }
    }

    Calls(FabricConfig config, Membership membership, Peers peers) {
        this.config = config;
        this.membership = membership;
        this.peers = peers;
    }

    UnaryOperator<CallOptions> within(Duration deadline) {
        return options -> options.withDeadlineAfter(deadline.toNanos(), TimeUnit.NANOSECONDS);
    }

    /// The chosen peer's answer.
    byte[] evaluate(Question question) throws PeerFailed, AnchorageSetback {
        var member = membership.inUse();
        return peers.askChosen(
                member, gateway -> signed(gateway, member, question).evaluate(within(config.deadline())));
    }

    /// Any peer's answer.
    byte[] evaluateByAny(Question question) throws PeerFailed, AnchorageSetback {
        var member = membership.inUse();
        return peers.ask(member, gateway -> signed(gateway, member, question).evaluate(within(config.deadline())));
    }

    /// The answer of this peer, or of one that its gateway knows.
    byte[] evaluate(int peer, Question question) throws PeerFailed, AnchorageSetback {
        var member = membership.inUse();
        return peers.ask(
                peer, member, gateway -> signed(gateway, member, question).evaluate(within(config.deadline())));
    }

    /// An answer that peers signed, through the chosen one. It is never sent to be ordered.
    PreparedTransaction endorse(Question question) throws PeerFailed, AnchorageSetback {
        var member = membership.inUse();
        return transaction(peers.askChosen(
                member,
                gateway -> signed(gateway, member, question)
                        .endorse(within(config.deadline()))
                        .getBytes()));
    }

    /// What is to be sent: as peers of the chaincode's policy simulated it, not yet signed by the identity. It is this
    /// call, and can be read: a peer that wants anything else to be signed has failed.
    PreparedTransaction endorse(Member member, Invocation call) throws PeerFailed, AnchorageSetback {
        return peers.ask(member, gateway -> {
            var proposal = gateway.getNetwork(config.channel())
                    .getContract(config.chaincode())
                    .newProposal(call.function)
                    .addArguments(call.arguments.toArray(byte[][]::new))
                    .putAllTransient(call.hidden)
                    .build();
            var endorsed = transaction(
                    sign(gateway, proposal).endorse(within(config.deadline())).getBytes());
            OwnCall.of(proposal).requireAnswered(endorsed.getEnvelope());
            EndorsedCall.of(endorsed.getEnvelope(), config.chaincode());
            return endorsed;
        });
    }

    private Proposal signed(Gateway gateway, Member member, Question question) throws AnchorageSetback {
        var key = new Asked(member.creator(), question);
        var now = membership.now();
        var known = signed.get(key);
        if (known != null && known.isKept(now)) return gateway.newProposal(known.proposal);
        var builder = gateway.getNetwork(config.channel())
                .getContract(question.chaincode)
                .newProposal(question.words.getFirst().toStringUtf8());
        for (var word : question.words.subList(1, question.words.size())) {
            builder.addArguments(word.toByteArray());
        }
        if (!question.organisations.isEmpty()) {
            builder.setEndorsingOrganizations(question.organisations.toArray(String[]::new));
        }
        var proposal = sign(gateway, builder.build());
        signed.put(key, new Signed(proposal.getBytes(), now));
        return proposal;
    }

    private Proposal sign(Gateway gateway, Proposal proposal) throws AnchorageSetback {
        return gateway.newSignedProposal(proposal.getBytes(), membership.sign(proposal.getDigest()));
    }

    private static PreparedTransaction transaction(byte[] bytes) {
        try {
            return PreparedTransaction.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("the library wrote what it does not read", e);
        }
    }
}
