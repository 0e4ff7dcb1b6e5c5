package org.sealpost.anchor.fabric;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Header;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.gateway.ProposedTransaction;
import org.hyperledger.fabric.protos.peer.ChaincodeActionPayload;
import org.hyperledger.fabric.protos.peer.ChaincodeEndorsedAction;
import org.hyperledger.fabric.protos.peer.ChaincodeProposalPayload;
import org.hyperledger.fabric.protos.peer.Proposal;
import org.hyperledger.fabric.protos.peer.ProposalResponsePayload;
import org.hyperledger.fabric.protos.peer.Transaction;
import org.hyperledger.fabric.protos.peer.TransactionAction;

/// A call that this box has endorsed. A gateway puts together what is to be signed, and nobody else looks at it: so
/// it has to be this call, with peers' answer to it, and not a byte beside (decision 78). Else its gateway would have
/// the key sign whatever it likes: what is no transaction, or one of somebody else's making, or one that was sent long
/// ago.
///
/// @param question `ChaincodeProposalPayload` without what is in no transaction
record OwnCall(Header header, ByteString question) {
    /// @param proposed as the library has it
    static OwnCall of(org.hyperledger.fabric.client.Proposal proposed) throws InvalidProtocolBufferException {
        var signed = ProposedTransaction.parseFrom(proposed.getBytes()).getProposal();
        var proposal = Proposal.parseFrom(signed.getProposalBytes());
        var question = ChaincodeProposalPayload.parseFrom(proposal.getPayload()).toBuilder()
                .clearTransientMap()
                .build();
        return new OwnCall(Header.parseFrom(proposal.getHeader()), question.toByteString());
    }

    /// What it is with this answer, and what peers signed of that.
    ///
    /// @throws InvalidProtocolBufferException if these bytes are anything else
    void requireAnswered(Envelope envelope) throws InvalidProtocolBufferException {
        var action = action(envelope);
        if (!with(action).toByteString().equals(envelope.getPayload()))
            throw new InvalidProtocolBufferException("what it wants to be signed is not what it had endorsed");
        var answer =
                CountedFields.read(ProposalResponsePayload.getDefaultInstance(), action.getProposalResponsePayload());
        if (!answer.getProposalHash().equals(hash()))
            throw new InvalidProtocolBufferException("what peers endorsed is an answer to another call");
    }

    private static ChaincodeEndorsedAction action(Envelope envelope) throws InvalidProtocolBufferException {
        var transaction = CountedFields.read(
                Transaction.getDefaultInstance(),
                CountedFields.read(Payload.getDefaultInstance(), envelope.getPayload())
                        .getData());
        if (transaction.getActionsCount() != 1)
            throw new InvalidProtocolBufferException("what it wants to be signed has not one action");
        return CountedFields.read(
                        ChaincodeActionPayload.getDefaultInstance(),
                        transaction.getActions(0).getPayload())
                .getAction();
    }

    /// As every gateway writes it: fields in the order of their numbers.
    private Payload with(ChaincodeEndorsedAction action) {
        var called = ChaincodeActionPayload.newBuilder()
                .setChaincodeProposalPayload(question)
                .setAction(action)
                .build();
        var only = TransactionAction.newBuilder()
                .setHeader(header.getSignatureHeader())
                .setPayload(called.toByteString());
        return Payload.newBuilder()
                .setHeader(header)
                .setData(Transaction.newBuilder().addActions(only).build().toByteString())
                .build();
    }

    private ByteString hash() {
        var asked =
                header.getChannelHeader().concat(header.getSignatureHeader()).concat(question);
        return ByteString.copyFrom(FabricProofs.sha256(asked.toByteArray()).toBytes());
    }
}
