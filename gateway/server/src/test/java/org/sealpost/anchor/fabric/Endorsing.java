package org.sealpost.anchor.fabric;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import org.hyperledger.fabric.protos.common.Header;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.ledger.rwset.NsReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.TxReadWriteSet;
import org.hyperledger.fabric.protos.peer.ChaincodeAction;
import org.hyperledger.fabric.protos.peer.ChaincodeActionPayload;
import org.hyperledger.fabric.protos.peer.ChaincodeEndorsedAction;
import org.hyperledger.fabric.protos.peer.ChaincodeProposalPayload;
import org.hyperledger.fabric.protos.peer.Endorsement;
import org.hyperledger.fabric.protos.peer.Proposal;
import org.hyperledger.fabric.protos.peer.ProposalResponsePayload;
import org.hyperledger.fabric.protos.peer.SignedProposal;
import org.hyperledger.fabric.protos.peer.Transaction;
import org.hyperledger.fabric.protos.peer.TransactionAction;
import org.sealpost.anchor.SignedLog;

/// What an honest gateway wants to be signed of a call that it was asked to have endorsed, each part to be replaced.
final class Endorsing {
    ByteString channelHeader;
    ByteString signatureHeader;
    ByteString question;
    ByteString results;
    ByteString hash;
    ByteString senderOfAction;
    int actions = 1;
    ByteString further = ByteString.EMPTY;

    /// @param effects of the call on what the chaincode holds
    Endorsing(SignedProposal signed, NsReadWriteSet effects) throws InvalidProtocolBufferException {
        var proposal = Proposal.parseFrom(signed.getProposalBytes());
        var header = Header.parseFrom(proposal.getHeader());
        channelHeader = header.getChannelHeader();
        signatureHeader = header.getSignatureHeader();
        senderOfAction = signatureHeader;
        question = ChaincodeProposalPayload.parseFrom(proposal.getPayload()).toBuilder()
                .clearTransientMap()
                .build()
                .toByteString();
        var asked = channelHeader.concat(signatureHeader).concat(question);
        hash = ByteString.copyFrom(SignedLog.sha256(asked.toByteArray()));
        results = TxReadWriteSet.newBuilder()
                .addNsRwset(effects.toBuilder().setNamespace("sealpost"))
                .build()
                .toByteString();
    }

    /// The payload of the envelope.
    ByteString payload() {
        var answer = ProposalResponsePayload.newBuilder()
                .setProposalHash(hash)
                .setExtension(
                        ChaincodeAction.newBuilder().setResults(results).build().toByteString());
        var endorsed = ChaincodeEndorsedAction.newBuilder()
                .setProposalResponsePayload(answer.build().toByteString())
                .addEndorsements(Endorsement.newBuilder()
                        .setEndorser(ByteString.copyFromUtf8("a peer"))
                        .setSignature(ByteString.copyFromUtf8("its signature")));
        var called = ChaincodeActionPayload.newBuilder()
                .setChaincodeProposalPayload(question)
                .setAction(endorsed);
        var action = TransactionAction.newBuilder()
                .setHeader(senderOfAction)
                .setPayload(called.build().toByteString())
                .build();
        var transaction = Transaction.newBuilder();
        for (int i = 0; i < actions; i++) transaction.addActions(action);
        return Payload.newBuilder()
                .setHeader(Header.newBuilder().setChannelHeader(channelHeader).setSignatureHeader(signatureHeader))
                .setData(transaction.build().toByteString())
                .build()
                .toByteString()
                .concat(further);
    }
}
