package org.sealpost.anchor.fabric;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.ledger.rwset.TxReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVRWSet;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.Version;
import org.hyperledger.fabric.protos.msp.SerializedIdentity;
import org.hyperledger.fabric.protos.peer.ChaincodeAction;
import org.hyperledger.fabric.protos.peer.ChaincodeActionPayload;
import org.hyperledger.fabric.protos.peer.ProposalResponsePayload;
import org.hyperledger.fabric.protos.peer.Transaction;

/// What peers signed that the chaincode holds, with the transaction that wrote it.
///
/// @param envelope as an envelope that nobody signed, since it is never sent
/// @param block    whose transaction wrote it
/// @param position of that transaction in the block, from 0
/// @param endorsers MSP ids
record EndorsedState(byte[] envelope, long block, long position, Set<String> endorsers) {
    /// Empty if the chaincode read one key that nobody has written, or none.
    ///
    /// @throws InvalidProtocolBufferException if it is no answer of a chaincode
    static Optional<EndorsedState> of(Envelope envelope, String chaincode) throws InvalidProtocolBufferException {
        var transaction = CountedFields.read(
                Transaction.getDefaultInstance(),
                CountedFields.read(Payload.getDefaultInstance(), envelope.getPayload())
                        .getData());
        if (transaction.getActionsCount() != 1) return Optional.empty();
        var action = CountedFields.read(
                        ChaincodeActionPayload.getDefaultInstance(),
                        transaction.getActions(0).getPayload())
                .getAction();
        var answer =
                CountedFields.read(ProposalResponsePayload.getDefaultInstance(), action.getProposalResponsePayload());
        var read = read(CountedFields.read(ChaincodeAction.getDefaultInstance(), answer.getExtension()), chaincode);
        if (read.isEmpty()) return Optional.empty();
        var endorsers = new TreeSet<String>();
        for (var endorsement : action.getEndorsementsList()) {
            endorsers.add(CountedFields.read(SerializedIdentity.getDefaultInstance(), endorsement.getEndorser())
                    .getMspid());
        }
        var unsigned = envelope.toBuilder().clearSignature().build();
        return Optional.of(new EndorsedState(
                unsigned.toByteArray(), read.get().getBlockNum(), read.get().getTxNum(), endorsers));
    }

    private static Optional<Version> read(ChaincodeAction answer, String chaincode)
            throws InvalidProtocolBufferException {
        for (var set : CountedFields.read(TxReadWriteSet.getDefaultInstance(), answer.getResults())
                .getNsRwsetList()) {
            if (!set.getNamespace().equals(chaincode)) continue;
            var keys = CountedFields.read(KVRWSet.getDefaultInstance(), set.getRwset());
            if (keys.getReadsCount() == 1 && keys.getReads(0).hasVersion()) {
                return Optional.of(keys.getReads(0).getVersion());
            }
        }
        return Optional.empty();
    }
}
