package org.sealpost.evidence.anchor.fabric;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.sealpost.evidence.P256Key;
import org.sealpost.evidence.SignatureBudget;

/// The orderers of a channel, as one config block names them.
final class Consenters {
    static final int MAX_COUNT = 128;

    /// By id. Each is read when it first signs: a config names more of them than anybody needs.
    private final Map<Long, byte[]> certificates = new HashMap<>();

    private final Map<Long, P256Key> keys = new HashMap<>();

    /// @param orderers the value of that name in the config
    Consenters(ProtoMessage orderers) throws DoesNotHold {
        var all = orderers.all(1);
        if (all.isEmpty() || all.size() > MAX_COUNT) throw orderers.wrong("are not 1 to " + MAX_COUNT);
        for (var bytes : all) {
            var consenter = ProtoMessage.amongOthers("an orderer", bytes);
            long id = consenter.number(1);
            if (certificates.put(id, consenter.bytes(5)) != null) throw orderers.wrong("have an id twice");
        }
    }

    int count() {
        return certificates.size();
    }

    /// How many of them must sign: so many that two such sets have an honest one in common, if less than a
    /// third of all lie.
    int quorum() {
        int faulty = (count() - 1) / 3;
        return (count() + faulty + 2) / 2;
    }

    /// Each signature must be one of theirs, no two of one of them.
    ///
    /// @param value what they sign beside the header
    /// @return how many signed
    int check(BlockHeader header, byte[] value, List<OrdererSignature> signatures, SignatureBudget budget)
            throws DoesNotHold {
        var block = "block " + header.number();
        if (signatures.size() < quorum()) {
            throw new DoesNotHold(block + " has " + signatures.size() + " signatures of orderers, and " + quorum()
                    + " of " + count() + " have to sign");
        }
        var der = header.der();
        var signers = new HashSet<Long>();
        for (var signature : signatures) {
            var identifier = ProtoMessage.of("the header of a signature", signature.identifierHeader(), 1, 2);
            // Else bytes could change over from what is signed before it, and each be read as the other's.
            if (identifier.bytes(2).length == 0) throw identifier.wrong("has no nonce");
            long id = identifier.number(1);
            var orderer = "orderer " + Long.toUnsignedString(id);
            var certificate = certificates.get(id);
            if (certificate == null) {
                throw new DoesNotHold(block + " is signed by " + orderer + ", which the config has not");
            }
            if (!signers.add(id)) throw new DoesNotHold(block + " is signed twice by " + orderer);
            Signatures.spend(budget);
            var key = key(id, certificate, orderer);
            if (!Signatures.holds(key, signature.signature(), value, signature.identifierHeader(), der)) {
                throw new DoesNotHold("the signature of " + orderer + " over " + block + " does not hold");
            }
        }
        return signers.size();
    }

    /// Not its path, and not its end: the config names this certificate itself, as Fabric has it.
    private P256Key key(long id, byte[] certificate, String whose) throws DoesNotHold {
        var known = keys.get(id);
        if (known != null) return known;
        var key = Signatures.key(Signatures.certificate(certificate, whose), whose);
        keys.put(id, key);
        return key;
    }

    /// @param signature        DER
    /// @param identifierHeader tells which orderer signed, and is signed with the rest
    record OrdererSignature(byte[] signature, byte[] identifierHeader) {}
}
