package org.sealpost.anchor.fabric;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.function.Consumer;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.Header;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.common.SignatureHeader;
import org.hyperledger.fabric.protos.ledger.rwset.NsReadWriteSet;
import org.hyperledger.fabric.protos.peer.ChaincodeProposalPayload;
import org.hyperledger.fabric.protos.peer.Proposal;
import org.hyperledger.fabric.protos.peer.SignedProposal;

/// What a gateway that is not honest wants to be signed, of an endorsement that nothing else is wrong with.
enum Twist {
    NO_CREATOR(made -> made.signatureHeader = ByteString.EMPTY),
    OTHER_CREATOR(made -> made.signatureHeader = SignatureHeader.newBuilder()
            .setCreator(ByteString.copyFromUtf8("me"))
            .build()
            .toByteString()),
    OTHER_ID(made -> made.channelHeader = withId(made.channelHeader, "another")),
    OTHER_ACTION(made -> made.senderOfAction = ByteString.copyFromUtf8("another")),
    NO_ACTION(made -> made.actions = 0),
    TWO_ACTIONS(made -> made.actions = 2),
    OTHER_CALL(made -> made.question = ChaincodeProposalPayload.newBuilder()
            .setInput(ByteString.copyFromUtf8("another"))
            .build()
            .toByteString()),
    TRANSIENT_DATA(made -> made.question = made.question.concat(ChaincodeProposalPayload.newBuilder()
            .putTransientMap("content", ByteString.copyFromUtf8("secret"))
            .build()
            .toByteString())),
    OTHER_ANSWER(made -> made.hash = ByteString.copyFrom(new byte[32])),
    UNREADABLE_EFFECTS(made -> made.results = ByteString.copyFrom(new byte[] {(byte) 0xff, (byte) 0xff})),
    BYTES_BESIDE(made -> made.further = ByteString.copyFrom(new byte[] {0x78, 1})),
    HEADER_TWICE(made -> made.further =
            Payload.newBuilder().setHeader(Header.getDefaultInstance()).build().toByteString()),
    NO_TRANSACTION(_ -> {}) {
        @Override
        ByteString of(SignedProposal call, NsReadWriteSet effects) throws InvalidProtocolBufferException {
            return Proposal.parseFrom(call.getProposalBytes()).toBuilder()
                    .setPayload(ByteString.copyFromUtf8("another"))
                    .build()
                    .toByteString();
        }
    };

    private final Consumer<Endorsing> change;

    Twist(Consumer<Endorsing> change) {
        this.change = change;
    }

    private static ByteString withId(ByteString channelHeader, String id) {
        try {
            return ChannelHeader.parseFrom(channelHeader).toBuilder()
                    .setTxId(id)
                    .build()
                    .toByteString();
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    /// The payload of the envelope.
    ByteString of(SignedProposal call, NsReadWriteSet effects) throws InvalidProtocolBufferException {
        var made = new Endorsing(call, effects);
        change.accept(made);
        return made.payload();
    }
}
