package org.sealpost.anchor.fabric;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.hyperledger.fabric.protos.common.BlockMetadataIndex;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.ledger.rwset.TxReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVRWSet;
import org.hyperledger.fabric.protos.peer.ChaincodeAction;
import org.hyperledger.fabric.protos.peer.ChaincodeActionPayload;
import org.hyperledger.fabric.protos.peer.ProposalResponsePayload;
import org.hyperledger.fabric.protos.peer.Transaction;
import org.hyperledger.fabric.protos.peer.TxValidationCode;
import org.sealpost.lodging.OriginId;

/// What the valid transactions of a channel wrote, block after block: the ledger's own word, and not the
/// chaincode's. A key that was written twice stands there twice.
final class LodgedOnChannel {
    private final Channel channel;
    private final List<String> written = new ArrayList<>();
    private final Map<String, Long> blocks = new HashMap<>();
    private long next;

    LodgedOnChannel(Channel channel) {
        this.channel = channel;
    }

    /// Sizes of an origin's heads, in the order of their blocks.
    List<Long> sizes(OriginId origin) throws Exception {
        return numbers("h", origin);
    }

    /// Numbers of an origin's publications, ascending: several may be under way, and the orderers order them as they
    /// like. One that was written twice stands there twice.
    List<Long> publications(OriginId origin) throws Exception {
        return numbers("p", origin).stream().sorted().toList();
    }

    /// The block of a publication.
    long blockOf(OriginId origin, long number) throws Exception {
        readOn();
        return blocks.get(String.format(Locale.ROOT, "p~%s~%019d", origin, number));
    }

    private void readOn() throws Exception {
        long height = channel.height();
        for (; next < height; next++) read(channel.block(next));
    }

    private List<Long> numbers(String kind, OriginId origin) throws Exception {
        readOn();
        var prefix = String.format(Locale.ROOT, "%s~%s~", kind, origin);
        return written.stream()
                .filter(key -> key.startsWith(prefix))
                .map(key -> Long.parseLong(key.substring(prefix.length())))
                .toList();
    }

    private void read(FabricBlock block) throws Exception {
        var codes = block.block().getMetadata().getMetadata(BlockMetadataIndex.TRANSACTIONS_FILTER_VALUE);
        for (int i = 0; i < block.transactions().size(); i++) {
            var payload = Payload.parseFrom(
                    Envelope.parseFrom(block.transactions().get(i)).getPayload());
            var type = ChannelHeader.parseFrom(payload.getHeader().getChannelHeader())
                    .getType();
            if (type != HeaderType.ENDORSER_TRANSACTION_VALUE || codes.byteAt(i) != TxValidationCode.VALID_VALUE)
                continue;
            var action = ChaincodeActionPayload.parseFrom(Transaction.parseFrom(payload.getData())
                            .getActions(0)
                            .getPayload())
                    .getAction();
            var answer = ProposalResponsePayload.parseFrom(action.getProposalResponsePayload());
            var results = ChaincodeAction.parseFrom(answer.getExtension()).getResults();
            for (var set : TxReadWriteSet.parseFrom(results).getNsRwsetList()) {
                for (var write : KVRWSet.parseFrom(set.getRwset()).getWritesList()) {
                    written.add(write.getKey());
                    blocks.put(write.getKey(), next);
                }
            }
        }
    }
}
