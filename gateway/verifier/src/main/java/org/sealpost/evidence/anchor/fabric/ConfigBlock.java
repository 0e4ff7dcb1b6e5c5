package org.sealpost.evidence.anchor.fabric;

import java.util.ArrayList;
import java.util.Set;
import org.sealpost.evidence.Sha256;
import org.sealpost.evidence.SignatureBudget;
import org.sealpost.evidence.anchor.fabric.Consenters.OrdererSignature;

/// A config block of a channel: who orders it from there on, and whose peers endorse. It vouches for nothing by
/// itself; its header's hash, or the signatures of the orderers before, vouch for it.
final class ConfigBlock {
    static final int MAX_SIZE_BYTES = 1 << 20;
    private static final int CONFIG = 1;
    private static final int SIGNATURES = 0;

    private final BlockHeader header;
    private final long sequence;
    private final Consenters consenters;

    // As bytes: a message that was read takes many times their room, and all blocks of a file are kept.
    private final byte[] metadata;
    private final byte[] application;

    private ConfigBlock(BlockHeader header, byte[] metadata, long sequence, ProtoMessage group) throws DoesNotHold {
        this.header = header;
        this.metadata = metadata;
        this.sequence = sequence;
        var orderer = group(group, "Orderer");
        if (!value(orderer, "ConsensusType").text(1).equals("BFT")) {
            throw wrong("is not of a channel whose blocks a quorum of its orderers signs (BFT)");
        }
        consenters = new Consenters(value(orderer, "Orderers"));
        application = named(group, 2, "Application");
        // Refuses now what is no message.
        metadata();
        application();
    }

    private ProtoMessage metadata() throws DoesNotHold {
        return ProtoMessage.ofRepeated("a config block", metadata, Set.of(1));
    }

    private ProtoMessage application() throws DoesNotHold {
        return ProtoMessage.amongOthers("the group Application", application);
    }

    /// @throws DoesNotHold if it is not a config block of this channel, or its data are not those of its header
    static ConfigBlock read(byte[] bytes, String channel) throws DoesNotHold {
        var what = "a config block";
        if (bytes.length > MAX_SIZE_BYTES) throw new DoesNotHold(what + " has more than 1 MiB");
        var block = ProtoMessage.of(what, bytes, 1, 2, 3);
        var header = BlockHeader.of(ProtoMessage.of("the header of " + what, block.bytes(1), 1, 2, 3));
        var data = ProtoMessage.ofRepeated(what, block.bytes(2), Set.of(1)).all(1);
        if (data.size() != 1) throw block.wrong("has " + data.size() + " transactions");
        if (!Sha256.of(data.getFirst()).equals(header.data())) throw block.wrong("has data of another header");

        var envelope = ProtoMessage.of(what, data.getFirst(), 1, 2);
        var payload = ProtoMessage.of(what, envelope.bytes(1), 1, 2);
        var headers = ProtoMessage.of(what, payload.bytes(1), 1, 2);
        var channelHeader = ProtoMessage.amongOthers(what, headers.bytes(1));
        if (channelHeader.number(1) != CONFIG) throw block.wrong("carries something else");
        if (!channelHeader.text(4).equals(channel)) throw block.wrong("is of another channel");
        var config = ProtoMessage.of(
                what, ProtoMessage.of(what, payload.bytes(2), 1, 2).bytes(1), 1, 2);
        return new ConfigBlock(
                header, block.bytes(3), config.number(1), ProtoMessage.amongOthers(what, config.bytes(2)));
    }

    BlockHeader header() {
        return header;
    }

    long number() {
        return header.number();
    }

    /// Goes up by one with each config block.
    long sequence() {
        return sequence;
    }

    Consenters consenters() {
        return consenters;
    }

    Organisations organisations(SignatureBudget budget) throws DoesNotHold {
        var all = new ArrayList<ProtoMessage>();
        for (var bytes : application().all(2)) {
            var organisation =
                    ProtoMessage.amongOthers("an organisation", bytes).bytes(2);
            all.add(value(ProtoMessage.amongOthers("an organisation", organisation), "MSP"));
        }
        return new Organisations(all, budget);
    }

    /// Whether a quorum of the orderers before have signed it.
    void checkSignedBy(Consenters before, SignatureBudget budget) throws DoesNotHold {
        var kinds = metadata().all(1);
        if (kinds.isEmpty()) throw wrong("has no signatures");
        var signed = ProtoMessage.ofRepeated("the metadata of a config block", kinds.get(SIGNATURES), Set.of(2), 1);
        var signatures = new ArrayList<OrdererSignature>();
        for (var bytes : signed.all(2)) {
            // Field 1 would be the signer as blocks that no quorum signs have it.
            var signature = ProtoMessage.of("the signature of an orderer", bytes, 2, 3);
            signatures.add(new OrdererSignature(signature.bytes(2), signature.bytes(3)));
        }
        before.check(header, signed.bytes(1), signatures, budget);
    }

    DoesNotHold wrong(String what) {
        return new DoesNotHold("config block " + number() + " " + what);
    }

    private ProtoMessage group(ProtoMessage group, String name) throws DoesNotHold {
        return ProtoMessage.amongOthers("the group " + name, named(group, 2, name));
    }

    private ProtoMessage value(ProtoMessage group, String name) throws DoesNotHold {
        var value = ProtoMessage.of("the value " + name, named(group, 3, name), 1, 2, 3);
        return ProtoMessage.amongOthers("the value " + name, value.bytes(2));
    }

    private byte[] named(ProtoMessage group, int map, String name) throws DoesNotHold {
        return group.entry(map, name).orElseThrow(() -> wrong("has no " + name));
    }
}
