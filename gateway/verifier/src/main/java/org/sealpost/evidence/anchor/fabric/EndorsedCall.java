package org.sealpost.evidence.anchor.fabric;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.Sha256;
import org.sealpost.evidence.anchor.fabric.Organisations.Endorsement;

/// A call of a chaincode with the answer that peers signed, as a transaction has it.
///
/// Peers sign an answer and a hash of the question. So the hash is made again from the question that stands
/// here, byte for byte, and with it channel, chaincode, function and arguments are what the peers were asked,
/// too.
final class EndorsedCall {
    private static final int ENDORSER_TRANSACTION = 3;

    private final String what;
    private final String id;
    private final ProtoMessage input;
    private final ProtoMessage answer;
    private final byte[] signed;
    private final List<Endorsement> endorsements = new ArrayList<>();

    /// A transaction as a block has it, of which the signature is its sender's, and nothing rests on who that
    /// was.
    ///
    /// @param channel whose chaincode has to be the one that was called
    /// @throws DoesNotHold if it is no such call, or the answer is one to another question
    static EndorsedCall ofBlock(byte[] envelope, AnchorIdentity.Fabric channel) throws DoesNotHold {
        var what = "the transaction";
        return new EndorsedCall(what, ProtoMessage.of(what, envelope, 1, 2).bytes(1), channel);
    }

    /// A call for its answer alone, which nobody signed as a transaction: what nobody checks has no room in it.
    ///
    /// @param channel whose chaincode has to be the one that was called
    /// @throws DoesNotHold if it is no such call, or the answer is one to another question
    static EndorsedCall ofState(byte[] envelope, AnchorIdentity.Fabric channel) throws DoesNotHold {
        var what = "the state";
        return new EndorsedCall(what, ProtoMessage.of(what, envelope, 1).bytes(1), channel);
    }

    /// @param what for messages
    private EndorsedCall(String what, byte[] sent, AnchorIdentity.Fabric channel) throws DoesNotHold {
        this.what = what;
        var payload = ProtoMessage.of(what, sent, 1, 2);
        var headers = ProtoMessage.of(what, payload.bytes(1), 1, 2);
        var actions = ProtoMessage.ofRepeated(what, payload.bytes(2), Set.of(1)).all(1);
        if (actions.size() != 1) throw new DoesNotHold(what + " has " + actions.size() + " actions, not one");
        var action = ProtoMessage.of(what, actions.getFirst(), 1, 2);
        if (!Arrays.equals(action.bytes(1), headers.bytes(2))) {
            throw new DoesNotHold(what + " has an action of another sender");
        }
        var called = ProtoMessage.of(what, action.bytes(2), 1, 2);
        var question = called.bytes(1);
        var endorsed = ProtoMessage.ofRepeated(what, called.bytes(2), Set.of(2), 1);
        signed = endorsed.bytes(1);
        for (var bytes : endorsed.all(2)) {
            var endorsement = ProtoMessage.of("an endorsement", bytes, 1, 2);
            endorsements.add(new Endorsement(endorsement.bytes(1), endorsement.bytes(2)));
        }

        var response = ProtoMessage.of(what, signed, 1, 2);
        var asked = Sha256.of(headers.bytes(1), headers.bytes(2), question);
        if (!Arrays.equals(response.bytes(1), asked.toBytes())) {
            throw new DoesNotHold(what + " is an answer to another question");
        }
        answer = ProtoMessage.of(what, response.bytes(2), 1, 2, 3, 4);

        var proposal = ProtoMessage.ofRepeated(what, question, Set.of(2), 1);
        if (!proposal.all(2).isEmpty()) throw new DoesNotHold(what + " has a transient map");
        var specification = ProtoMessage.of(
                what, ProtoMessage.of(what, proposal.bytes(1), 1).bytes(1), 1, 2, 3, 4);
        input = ProtoMessage.ofRepeated(what, specification.bytes(3), Set.of(1, 2), 3);

        var header = ProtoMessage.of(what, headers.bytes(1), 1, 2, 3, 4, 5, 6, 7, 8);
        if (header.number(1) != ENDORSER_TRANSACTION) throw new DoesNotHold(what + " is no call of a chaincode");
        if (!header.text(4).equals(channel.channel())) throw new DoesNotHold(what + " is of another channel");
        var extension = ProtoMessage.of(what, header.bytes(7), 1, 2);
        for (var chaincode : List.of(extension.bytes(2), specification.bytes(2), answer.bytes(4))) {
            if (!ProtoMessage.of(what, chaincode, 1, 2, 3).text(2).equals(channel.chaincode())) {
                throw new DoesNotHold(what + " is of another chaincode");
            }
        }
        id = idOf(headers.bytes(2));
        if (!header.text(5).equals(id)) throw new DoesNotHold(what + " has the id of another one");
    }

    /// The hash of who sent it, and of a number used once.
    private String idOf(byte[] signatureHeader) throws DoesNotHold {
        var sender = ProtoMessage.of(what, signatureHeader, 1, 2);
        return HexFormat.of()
                .formatHex(Sha256.of(sender.bytes(2), sender.bytes(1)).toBytes());
    }

    /// 64 lower-case hex digits.
    String id() {
        return id;
    }

    /// The MSP ids of the organisations whose peers signed the answer; each endorsement must hold.
    Set<String> endorsers(Organisations organisations) throws DoesNotHold {
        return organisations.endorsers(what, signed, endorsements);
    }

    /// Whether these are the function and its arguments, and nothing beside them.
    boolean asks(List<String> question) throws DoesNotHold {
        var arguments = input.all(1);
        if (arguments.size() != question.size()) return false;
        for (int i = 0; i < arguments.size(); i++) {
            if (!Arrays.equals(arguments.get(i), question.get(i).getBytes(StandardCharsets.UTF_8))) return false;
        }
        return input.all(2).isEmpty() && input.number(3) == 0;
    }

    /// What the chaincode said.
    Said said() throws DoesNotHold {
        var response = ProtoMessage.of(what, answer.bytes(3), 1, 2, 3);
        return new Said(response.number(1), response.bytes(3));
    }

    List<KeySet> keys() throws DoesNotHold {
        return KeySet.of(answer.bytes(1));
    }

    /// @param status 200 where it is what was asked for
    record Said(long status, byte[] payload) {}
}
