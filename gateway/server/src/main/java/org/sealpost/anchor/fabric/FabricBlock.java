package org.sealpost.anchor.fabric;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.BlockMetadataIndex;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.Config;
import org.hyperledger.fabric.protos.common.ConfigEnvelope;
import org.hyperledger.fabric.protos.common.ConfigGroup;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Metadata;
import org.hyperledger.fabric.protos.common.OrdererBlockMetadata;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.msp.FabricMSPConfig;
import org.hyperledger.fabric.protos.msp.MSPConfig;
import org.hyperledger.fabric.protos.orderer.ConsensusType;
import org.sealpost.evidence.anchor.fabric.BlockHeader;
import org.sealpost.merkle.Hash;

/// A block as a peer keeps it. What a peer says is checked by
/// [org.sealpost.evidence.anchor.fabric.FabricProof].
///
/// @param bytes of the whole block, never written anew
record FabricBlock(byte[] bytes, Block block, BlockHeader header) {
    /// @throws InvalidProtocolBufferException if it is none
    static FabricBlock read(byte[] bytes) throws InvalidProtocolBufferException {
        var block = CountedFields.read(Block.getDefaultInstance(), bytes);
        var header = block.getHeader();
        var previous = header.getPreviousHash().toByteArray();
        var data = header.getDataHash().toByteArray();
        if (header.getNumber() < 0
                || previous.length != (header.getNumber() == 0 ? 0 : Hash.SIZE)
                || data.length != Hash.SIZE) {
            throw new InvalidProtocolBufferException("a block without a number and hashes of 32 bytes");
        }
        return new FabricBlock(bytes, block, new BlockHeader(header.getNumber(), previous, Hash.of(data)));
    }

    long number() {
        return header.number();
    }

    List<ByteString> transactions() {
        return block.getData().getDataList();
    }

    /// What orderers signed beside the header, with their signatures; none in block 0.
    Metadata signatures() throws InvalidProtocolBufferException {
        int signatures = BlockMetadataIndex.SIGNATURES_VALUE;
        var all = block.getMetadata();
        return all.getMetadataCount() <= signatures
                ? Metadata.getDefaultInstance()
                : CountedFields.read(Metadata.getDefaultInstance(), all.getMetadata(signatures));
    }

    /// The number of the config block that was in force behind this one; its own number, if it is one.
    long lastConfig() throws InvalidProtocolBufferException {
        return CountedFields.read(
                        OrdererBlockMetadata.getDefaultInstance(), signatures().getValue())
                .getLastConfig()
                .getIndex();
    }

    /// When the client that made its last transaction says that it made it; empty if that is no time.
    Optional<Instant> time() throws InvalidProtocolBufferException {
        if (transactions().isEmpty()) return Optional.empty();
        var header = CountedFields.read(
                ChannelHeader.getDefaultInstance(),
                payload(transactions().getLast()).getHeader().getChannelHeader());
        var time = header.getTimestamp();
        try {
            return Optional.of(Instant.ofEpochSecond(time.getSeconds(), time.getNanos()));
        } catch (DateTimeException | ArithmeticException e) {
            return Optional.empty();
        }
    }

    /// Whether a quorum of the orderers signs each block from this config block on.
    boolean isOfQuorums() throws InvalidProtocolBufferException {
        var orderer = channelGroup().getGroupsOrDefault("Orderer", ConfigGroup.getDefaultInstance());
        return CountedFields.read(ConsensusType.getDefaultInstance(), value(orderer, "ConsensusType"))
                .getType()
                .equals("BFT");
    }

    /// Whose peers may endorse from this config block on: MSP ids.
    Set<String> organisations() throws InvalidProtocolBufferException {
        var found = new TreeSet<String>();
        for (var organisation : channelGroup()
                .getGroupsOrDefault("Application", ConfigGroup.getDefaultInstance())
                .getGroupsMap()
                .values()) {
            var msp = CountedFields.read(MSPConfig.getDefaultInstance(), value(organisation, "MSP"));
            found.add(CountedFields.read(FabricMSPConfig.getDefaultInstance(), msp.getConfig())
                    .getName());
        }
        return found;
    }

    private static ByteString value(ConfigGroup group, String name) {
        var value = group.getValuesMap().get(name);
        return value == null ? ByteString.EMPTY : value.getValue();
    }

    private ConfigGroup channelGroup() throws InvalidProtocolBufferException {
        Config config = transactions().isEmpty()
                ? Config.getDefaultInstance()
                : CountedFields.read(
                                ConfigEnvelope.getDefaultInstance(),
                                payload(transactions().getFirst()).getData())
                        .getConfig();
        return config.getChannelGroup();
    }

    private static Payload payload(ByteString transaction) throws InvalidProtocolBufferException {
        return CountedFields.read(
                Payload.getDefaultInstance(),
                CountedFields.read(Envelope.getDefaultInstance(), transaction).getPayload());
    }
}
