package org.sealpost.evidence.anchor.fabric;

import static org.sealpost.evidence.anchor.fabric.ProtoBytes.entry;
import static org.sealpost.evidence.anchor.fabric.ProtoBytes.field;
import static org.sealpost.evidence.anchor.fabric.ProtoBytes.message;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.sealpost.evidence.Sha256;

/// A call of a chaincode, endorsed. Each part can be replaced before it is signed, so what is wrong with it is
/// that part alone, and all signatures over it hold.
final class TestCall {
    private static final byte[] NONCE = "a number used once only".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NOTHING = {};

    final TestMsp.Identity sender;
    int type = 3;
    String channel = TestChannel.NAME;
    String chaincodeOfHeader = TestChannel.CHAINCODE;
    String chaincodeOfQuestion = TestChannel.CHAINCODE;
    String chaincodeOfAnswer = TestChannel.CHAINCODE;
    List<String> arguments = List.of();
    byte[] besideArguments = NOTHING;
    byte[] transientMap = NOTHING;
    int status = 200;
    byte[] payload = NOTHING;
    int dataModel = 0;
    List<byte[]> sets = new ArrayList<>();
    byte[] id = NOTHING;
    byte[] hash = NOTHING;
    byte[] senderOfAction = NOTHING;
    byte[] furtherAction = NOTHING;
    List<TestMsp.Identity> endorsers;
    boolean highS;
    boolean isSent;

    TestCall(TestMsp.Identity sender, TestMsp.Identity... endorsers) {
        this.sender = sender;
        this.endorsers = List.of(endorsers);
    }

    byte[] envelope() {
        var signatureHeader = signatureHeader(sender);
        var channelHeader = message(
                field(1, type),
                field(3, message(field(1, 1_795_472_222))),
                field(4, channel),
                field(5, id.length > 0 ? id : hexId()),
                field(7, message(field(2, message(field(2, chaincodeOfHeader))))));
        var arguments =
                message(this.arguments.stream().map(text -> field(1, text)).toArray(byte[][]::new));
        var input = message(arguments, besideArguments);
        var specification = message(field(2, message(field(2, chaincodeOfQuestion))), field(3, input));
        var question = message(field(1, message(field(1, specification))), transientMap);

        var results = message(field(1, dataModel), message(sets.toArray(byte[][]::new)));
        var answer = message(
                field(1, results),
                field(3, message(field(1, status), field(3, payload))),
                field(4, message(field(2, chaincodeOfAnswer), field(3, "1"))));
        var asked = hash.length > 0
                ? hash
                : Sha256.of(channelHeader, signatureHeader, question).toBytes();
        var signed = message(field(1, asked), field(2, answer));
        var endorsed = new ArrayList<byte[]>(List.of(field(1, signed)));
        for (var endorser : endorsers) {
            var identity = endorser.serialized();
            var signature = highS ? endorser.signWithHighS(signed, identity) : endorser.sign(signed, identity);
            endorsed.add(field(2, message(field(1, identity), field(2, signature))));
        }
        var action = message(
                field(1, senderOfAction.length > 0 ? senderOfAction : signatureHeader),
                field(2, message(field(1, question), field(2, message(endorsed.toArray(byte[][]::new))))));
        var payload = message(
                field(1, message(field(1, channelHeader), field(2, signatureHeader))),
                field(2, message(field(1, action), furtherAction)));
        return message(field(1, payload), isSent ? field(2, sender.sign(payload)) : NOTHING);
    }

    static byte[] signatureHeader(TestMsp.Identity sender) {
        return message(field(1, sender.serialized()), field(2, NONCE));
    }

    byte[] upperCaseId() {
        var id = new String(hexId(), StandardCharsets.US_ASCII);
        return id.toUpperCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII);
    }

    byte[] hexId() {
        var id = Sha256.of(NONCE, sender.serialized()).toBytes();
        return HexFormat.of().formatHex(id).getBytes(StandardCharsets.US_ASCII);
    }

    /// What a call of a chaincode always reads of its definition.
    static byte[] ofDefinition() {
        return set("_lifecycle", read("namespaces/fields/" + TestChannel.CHAINCODE + "/Sequence", 3, 0));
    }

    static byte[] set(String namespace, byte[]... keys) {
        return field(2, message(field(1, namespace), field(2, message(keys))));
    }

    /// With private collections beside the keys.
    static byte[] setWithCollection(String namespace, byte[]... keys) {
        return field(2, message(field(1, namespace), field(2, message(keys)), field(3, field(1, "secrets"))));
    }

    static byte[] read(String key, long block, long transaction) {
        var version = message(field(1, block), field(2, transaction));
        return field(1, message(field(1, key), field(2, version)));
    }

    static byte[] readOfNothing(String key) {
        return field(1, message(field(1, key)));
    }

    static byte[] rangeQuery() {
        return field(2, message(field(1, "a"), field(2, "b"), field(3, 1)));
    }

    static byte[] write(String key, byte[] value) {
        return field(3, message(field(1, key), field(3, value)));
    }

    static byte[] deletion(String key, byte[] value) {
        return field(3, message(field(1, key), field(2, 1), field(3, value)));
    }

    static byte[] metadataWrite(String key) {
        return field(4, message(field(1, key), field(2, message(field(1, "VALIDATION_PARAMETER")))));
    }

    static byte[] decorations() {
        return entry(2, "a", "b".getBytes(StandardCharsets.US_ASCII));
    }
}
