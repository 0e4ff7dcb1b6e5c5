package org.sealpost.evidence.anchor.fabric;

import static org.sealpost.evidence.anchor.fabric.ProtoBytes.entry;
import static org.sealpost.evidence.anchor.fabric.ProtoBytes.field;
import static org.sealpost.evidence.anchor.fabric.ProtoBytes.message;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.FabricTrust;
import org.sealpost.evidence.Sha256;
import org.sealpost.evidence.SharedParts;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborWriter;

/// A channel of Fabric in memory: four orderers, peers of three organisations, and a box that lodged a head. It
/// makes the bytes that a network makes, of keys that are real, without the code that is under test.
final class TestChannel {
    static final String NAME = "anchors";
    static final String CHAINCODE = "sealpost";
    static final Hash ORIGIN = Hash.ofHex("ab".repeat(32));
    static final Hash ROOT = Hash.ofHex("cd".repeat(32));
    static final long SIZE = 8112;
    static final String KEY = "h~" + "ab".repeat(32) + "~0000000000000008112";
    static final long NUMBER = 5;
    private static final Hash PREVIOUS = Hash.ofHex("ef".repeat(32));

    final TestMsp org1 = new TestMsp("Org1MSP");
    final TestMsp org2 = new TestMsp("Org2MSP");
    final TestMsp org3 = new TestMsp("Org3MSP");
    final TestMsp ordererOrg = new TestMsp("OrdererMSP");
    final TestMsp.Identity peer1 = org1.member("C=US,OU=peer,CN=peer0.org1");
    final TestMsp.Identity secondPeer1 = org1.member("C=US,OU=peer,CN=peer1.org1");
    final TestMsp.Identity peer2 = org2.member("C=US,OU=peer,CN=peer0.org2");
    final TestMsp.Identity peer3 = org3.member("C=US,OU=peer,CN=peer0.org3");
    final TestMsp.Identity box = org1.member("CN=box1,OU=client");
    final List<TestMsp.Identity> orderers = new ArrayList<>();
    private final Map<Hash, byte[]> shared = new HashMap<>();

    final Block genesis;
    final AnchorIdentity.Fabric identity;

    TestChannel() {
        for (int id = 1; id <= 4; id++) orderers.add(ordererOrg.member("OU=orderer,CN=o" + id));
        genesis = config(0, new byte[0], 0, orderers);
        identity = new AnchorIdentity.Fabric(NAME, genesis.hash(), CHAINCODE);
    }

    SharedParts shared() {
        return name -> Optional.ofNullable(shared.get(name)).map(byte[]::clone);
    }

    /// Keeps a part, and answers its name.
    Hash share(byte[] part) {
        var name = Sha256.of(part);
        shared.put(name, part);
        return name;
    }

    FabricTrust trust() {
        return trust(2, "Org1MSP", "Org2MSP");
    }

    FabricTrust trust(int endorsers, String... organisations) {
        return new FabricTrust(identity, endorsers, List.of(organisations), Optional.empty());
    }

    FabricTrust trustFrom(long number, Hash header) {
        var config = new FabricTrust.ConfigBlock(number, header);
        return new FabricTrust(identity, 2, List.of("Org1MSP", "Org2MSP"), Optional.of(config));
    }

    /// A config block that no orderer has signed yet.
    Block config(long number, byte[] previous, long sequence, List<TestMsp.Identity> orderers) {
        return config(number, previous, NAME, sequence, "BFT", orderers, List.of(org1, org2, org3));
    }

    Block config(
            long number,
            byte[] previous,
            String channel,
            long sequence,
            String consensus,
            List<TestMsp.Identity> orderers,
            List<TestMsp> organisations) {
        var mapping = new ArrayList<byte[]>();
        for (int i = 0; i < orderers.size(); i++) {
            mapping.add(field(
                    1,
                    message(
                            field(1, i + 1),
                            field(2, "127.0.0.1"),
                            field(3, 7050 + i),
                            field(4, "OrdererMSP"),
                            field(5, orderers.get(i).pem()))));
        }
        var orderer = message(
                entry(2, "OrdererOrg", message(ordererOrg.value(), field(5, "Admins"))),
                value("BatchTimeout", field(1, "200ms")),
                value("Orderers", message(mapping.toArray(byte[][]::new))),
                value("ConsensusType", message(field(1, consensus), field(2, new byte[] {8, 100}))));
        var peers = new ArrayList<byte[]>();
        for (var organisation : organisations) {
            // A group's name need not be that of its MSP.
            var group = message(organisation.value(), value("AnchorPeers", field(1, field(1, "127.0.0.1"))));
            peers.add(entry(2, "the group of " + organisation.id, group));
        }
        var groups = message(
                entry(2, "Application", message(peers.toArray(byte[][]::new))),
                entry(2, "Orderer", orderer),
                value("HashingAlgorithm", field(1, "SHA256")));
        var config = message(field(1, sequence), field(2, groups));
        var channelHeader = message(field(1, 1), field(2, 1), field(4, channel), field(5, "an id"));
        var headers = message(field(1, channelHeader), field(2, field(2, "nonce")));
        var payload = message(field(1, headers), field(2, field(1, config)));
        return new Block(number, previous, List.of(field(1, payload)), number);
    }

    private static byte[] value(String name, byte[] value) {
        return entry(3, name, message(field(2, value), field(3, "Admins")));
    }

    /// The block with the head's lodging, signed by nobody yet: a stranger's transaction, then the box's.
    Block block(byte[] transaction, long lastConfig) {
        return new Block(
                NUMBER,
                PREVIOUS.toBytes(),
                List.of("somebody's".getBytes(StandardCharsets.US_ASCII), transaction),
                lastConfig);
    }

    static byte[] lodged(Hash origin, long size, Hash root) {
        var out = new CborWriter().array(5).text("sealpost-lodged").integer(1).bytes(origin.toBytes());
        return out.integer(size).bytes(root.toBytes()).toBytes();
    }

    /// The box's lodging, as peers of two organisations endorsed it.
    TestCall lodging() {
        return lodging(new HeadState(ORIGIN, SIZE, ROOT), KEY);
    }

    TestCall lodging(HeadState head, String key) {
        var value = lodged(head.originId(), head.size(), head.root());
        var call = new TestCall(box, peer1, peer2);
        call.isSent = true;
        call.arguments = List.of("lodge", "demo-port/7f3a9c41", Long.toString(head.size()));
        call.payload = value;
        call.sets = List.of(
                TestCall.ofDefinition(),
                TestCall.set(
                        CHAINCODE,
                        TestCall.read("k~" + head.originId(), 2, 0),
                        TestCall.readOfNothing(key),
                        TestCall.write("n~" + head.originId(), new byte[] {1}),
                        TestCall.write(key, value)));
        return call;
    }

    /// What peers of two organisations say that the chaincode holds.
    TestCall state() {
        return state(new HeadState(ORIGIN, SIZE, ROOT), KEY);
    }

    TestCall state(HeadState head, String key) {
        var call = new TestCall(box, peer1, peer2);
        call.arguments = List.of("rootAt", head.originId().hex(), Long.toString(head.size()));
        call.payload = lodged(head.originId(), head.size(), head.root());
        call.sets = List.of(TestCall.ofDefinition(), TestCall.set(CHAINCODE, TestCall.read(key, NUMBER, 1)));
        return call;
    }

    /// A proof that nothing is wrong with.
    Proof proof() {
        return proof(new HeadState(ORIGIN, SIZE, ROOT), KEY);
    }

    /// @param key of the head in the chaincode
    Proof proof(HeadState head, String key) {
        var proof = new Proof();
        proof.block = block(lodging(head, key).envelope(), 0);
        proof.signatures = proof.block.signedBy(orderers, 1, 2, 3);
        proof.state = state(head, key).envelope();
        proof.configs = new ArrayList<>(List.of(share(genesis.bytes(List.of()))));
        return proof;
    }

    /// @param id of the orderer
    record Signed(long id, byte[] signature, byte[] identifierHeader) {}

    /// A block, and what orderers sign of it.
    static final class Block {
        final long number;
        final byte[] previous;
        final List<byte[]> data;
        final Hash dataHash;
        final byte[] value;

        Block(long number, byte[] previous, List<byte[]> data, long lastConfig) {
            this.number = number;
            this.previous = previous;
            this.data = data;
            dataHash = Sha256.of(data.toArray(byte[][]::new));
            value = message(field(1, field(1, lastConfig)), field(2, message(field(2, number), field(3, 7))));
        }

        byte[] header() {
            try {
                return new DERSequence(new ASN1Encodable[] {
                            new ASN1Integer(BigInteger.valueOf(number)),
                            new DEROctetString(previous),
                            new DEROctetString(dataHash.toBytes())
                        })
                        .getEncoded();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        Hash hash() {
            return Sha256.of(header());
        }

        /// @param ids from 1, by their place in the config
        List<Signed> signedBy(List<TestMsp.Identity> orderers, int... ids) {
            var all = new ArrayList<Signed>();
            for (int id : ids) {
                var identifierHeader = message(field(1, id), field(2, "nonce " + id));
                all.add(new Signed(id, orderers.get(id - 1).sign(value, identifierHeader, header()), identifierHeader));
            }
            return all;
        }

        /// As a peer keeps it.
        byte[] bytes(List<Signed> signatures) {
            var all = new ArrayList<byte[]>(List.of(field(1, value)));
            for (var signed : signatures) {
                all.add(field(2, message(field(2, signed.signature), field(3, signed.identifierHeader))));
            }
            var metadata = message(field(1, message(all.toArray(byte[][]::new))), field(1, new byte[0]));
            var header = message(
                    field(1, number),
                    previous.length == 0 ? previous : field(2, previous),
                    field(3, dataHash.toBytes()));
            var transactions = data.stream().map(bytes -> field(1, bytes)).toArray(byte[][]::new);
            return message(field(1, header), field(2, message(transactions)), field(3, metadata));
        }
    }

    /// The parts of a proof, each to be replaced.
    static final class Proof {
        Block block;
        Optional<Long> number = Optional.empty();
        Optional<Hash> dataHash = Optional.empty();
        Optional<Hash> previous = Optional.empty();
        Optional<byte[]> value = Optional.empty();
        boolean withData = true;
        List<Signed> signatures;
        long position = 1;
        byte[] state;
        List<Hash> configs;

        byte[] bytes() {
            var out = new CborWriter().array(11).text("sealpost-fabric-proof").integer(1);
            out.integer(number.orElse(block.number))
                    .bytes(previous.map(Hash::toBytes).orElse(block.previous));
            if (withData) {
                out.array(block.data.size());
                for (var transaction : block.data) out.bytes(transaction);
            } else {
                out.nil();
            }
            out.bytes(dataHash.orElse(block.dataHash).toBytes()).bytes(value.orElse(block.value));
            out.array(signatures.size());
            for (var signed : signatures) out.array(2).bytes(signed.signature).bytes(signed.identifierHeader);
            out.integer(position).bytes(state).array(configs.size());
            for (var config : configs) out.bytes(config.toBytes());
            return out.toBytes();
        }
    }
}
