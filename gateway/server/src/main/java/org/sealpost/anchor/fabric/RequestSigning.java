package org.sealpost.anchor.fabric;

import com.google.protobuf.InvalidProtocolBufferException;
import org.hyperledger.fabric.protos.gateway.CommitStatusRequest;
import org.hyperledger.fabric.protos.gateway.PreparedTransaction;
import org.hyperledger.fabric.protos.gateway.SignedCommitStatusRequest;
import org.sealpost.anchor.AnchorageSetback;

/// Requests are endorsed by peers and signed by the identity. Nothing is sent to be ordered. Any thread.
final class RequestSigning {
    private final FabricConfig config;
    private final Membership membership;
    private final Peers peers;
    private final Calls calls;
    private final ChaincodeRules rules;

    RequestSigning(FabricConfig config, Membership membership, Peers peers, Calls calls, ChaincodeRules rules) {
        this.config = config;
        this.membership = membership;
        this.peers = peers;
        this.calls = calls;
        this.rules = rules;
    }

    /// As peers of the chaincode's policy simulated the call.
    ///
    /// @throws PeerFailed also with what the chaincode said where it refused the call
    /// @throws AnchorageSetback also if the chaincode is one of other rules
    PreparedTransaction endorse(Member member, Calls.Invocation call) throws PeerFailed, AnchorageSetback {
        rules.requireHeld();
        return calls.endorse(member, call);
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

    /// The signed question what became of a transaction.
    byte[] statusQuestion(Member member, String id) throws AnchorageSetback, PeerFailed {
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
}
