package org.sealpost.anchor.fabric;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.ledger.rwset.NsReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.TxReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.HashedRWSet;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVRWSet;
import org.hyperledger.fabric.protos.peer.ChaincodeAction;
import org.hyperledger.fabric.protos.peer.ChaincodeActionPayload;
import org.hyperledger.fabric.protos.peer.ChaincodeInvocationSpec;
import org.hyperledger.fabric.protos.peer.ChaincodeProposalPayload;
import org.hyperledger.fabric.protos.peer.ProposalResponsePayload;
import org.hyperledger.fabric.protos.peer.Transaction;
import org.sealpost.lodging.Publication;
import org.sealpost.lodging.PublicationRequest;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;

/// What a transaction calls, and what it writes into a collection of private data of the chaincode.
///
/// @param words  the function and its arguments; none where it is no call
/// @param hidden what stands in no block but its hash
/// @param writes whether it writes anything of the chaincode's at all: what is answered with "repeated" does not
record EndorsedCall(List<ByteString> words, Optional<Hidden> hidden, boolean writes) {
    /// @param content SHA-256 of what is written there
    record Hidden(String collection, Hash content) {}

    /// @throws InvalidProtocolBufferException if it is no transaction
    static EndorsedCall of(Envelope envelope, String chaincode) throws InvalidProtocolBufferException {
        var transaction = CountedFields.read(
                Transaction.getDefaultInstance(),
                CountedFields.read(Payload.getDefaultInstance(), envelope.getPayload())
                        .getData());
        if (transaction.getActionsCount() != 1) return new EndorsedCall(List.of(), Optional.empty(), false);
        var payload = CountedFields.read(
                ChaincodeActionPayload.getDefaultInstance(),
                transaction.getActions(0).getPayload());
        var proposal = CountedFields.read(
                ChaincodeProposalPayload.getDefaultInstance(), payload.getChaincodeProposalPayload());
        var words = CountedFields.read(ChaincodeInvocationSpec.getDefaultInstance(), proposal.getInput())
                .getChaincodeSpec()
                .getInput()
                .getArgsList();
        var answer = CountedFields.read(
                ProposalResponsePayload.getDefaultInstance(),
                payload.getAction().getProposalResponsePayload());
        var action = CountedFields.read(ChaincodeAction.getDefaultInstance(), answer.getExtension());
        var effects =
                CountedFields.read(TxReadWriteSet.getDefaultInstance(), action.getResults()).getNsRwsetList().stream()
                        .filter(set -> set.getNamespace().equals(chaincode))
                        .toList();
        return new EndorsedCall(List.copyOf(words), hidden(effects), writes(effects));
    }

    private static boolean writes(List<NsReadWriteSet> effects) throws InvalidProtocolBufferException {
        for (var set : effects) {
            if (CountedFields.read(KVRWSet.getDefaultInstance(), set.getRwset()).getWritesCount() > 0) return true;
        }
        return false;
    }

    private static Optional<Hidden> hidden(List<NsReadWriteSet> effects) throws InvalidProtocolBufferException {
        for (var set : effects) {
            for (var collection : set.getCollectionHashedRwsetList()) {
                for (var write : CountedFields.read(HashedRWSet.getDefaultInstance(), collection.getHashedRwset())
                        .getHashedWritesList()) {
                    byte[] content = write.getValueHash().toByteArray();
                    if (content.length != Hash.SIZE) throw new InvalidProtocolBufferException("a hash of another size");
                    return Optional.of(new Hidden(collection.getCollectionName(), Hash.of(content)));
                }
            }
        }
        return Optional.empty();
    }

    /// Whether the content of an encrypted payload stands in it, for everybody on the channel.
    boolean showsCiphertext() {
        if (words.size() != 2 || !words.getFirst().toStringUtf8().equals("publish")) return false;
        try {
            return PublicationRequest.read(words.get(1).toByteArray()).kind()
                    == Publication.Kind.ENCRYPTED_PAYLOADS.code();
        } catch (CborMalformed e) {
            return false;
        }
    }
}
