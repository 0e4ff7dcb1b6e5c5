package org.sealpost.evidence;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;

/// A COSE_Sign1 (RFC 9052) that somebody else may have made: the labels of its headers in any order, all else as
/// strict as ours.
///
/// @param protectedLabels   with their encoded values; what a check rests on is read from these alone
/// @param unprotectedLabels with their encoded values
record CoseSign1(
        byte[] protectedHeader,
        Map<Object, byte[]> protectedLabels,
        Map<Object, byte[]> unprotectedLabels,
        Optional<byte[]> payload,
        byte[] signature) {
    private static final int MAX_LABELS = 64;
    private static final long ALGORITHM = SealHeader.ALGORITHM;
    private static final long CRITICAL = 2;
    private static final long EDDSA = -8;

    static CoseSign1 parse(byte[] bytes) throws CborMalformed {
        var in = new CborReader(bytes);
        var header = in.tag(Receipt.COSE_SIGN1).arrayOf(4).bytes(Integer.MAX_VALUE);
        var unprotectedLabels = labels(in);
        Optional<byte[]> payload = in.nil() ? Optional.empty() : Optional.of(in.bytes(Integer.MAX_VALUE));
        var signature = in.bytes(Integer.MAX_VALUE);
        in.end();
        Map<Object, byte[]> protectedLabels = Map.of();
        if (header.length > 0) {
            var inner = new CborReader(header);
            protectedLabels = labels(inner);
            inner.end();
        }
        for (var label : protectedLabels.keySet()) {
            if (unprotectedLabels.containsKey(label)) throw new CborMalformed(0, "a label in both headers");
        }
        return new CoseSign1(header, protectedLabels, unprotectedLabels, payload, signature);
    }

    private static Map<Object, byte[]> labels(CborReader in) throws CborMalformed {
        var labels = new HashMap<Object, byte[]>();
        int count = in.map(MAX_LABELS);
        for (int i = 0; i < count; i++) {
            int at = in.position();
            Object label = in.major() == 3 ? in.text(255) : (Object) in.integer();
            if (labels.put(label, in.item()) != null) throw new CborMalformed(at, "a label occurs twice");
        }
        return labels;
    }

    /// An integer that the signature covers, if the header has it.
    Optional<Long> protectedInteger(long label) throws CborMalformed {
        var value = protectedLabels.get(label);
        return value == null ? Optional.empty() : Optional.of(new CborReader(value).integer());
    }

    /// Whether the key signed this message; algorithms are ES256 and EdDSA with Ed25519.
    ///
    /// @param detached what stands for the payload where the message has none
    /// @param external `external_aad` of RFC 9052 §4.3, empty as a rule
    /// @param spki     DER
    ReceiptCheck.Outcome verify(byte[] detached, byte[] external, byte[] spki) throws CborMalformed {
        // What a critical label means we would have to know, and we know none.
        if (protectedLabels.containsKey(CRITICAL)) return new ReceiptCheck.NotSupported("critical labels");
        var algorithm = protectedInteger(ALGORITHM);
        if (algorithm.isEmpty()) return new ReceiptCheck.Refused("no algorithm in the protected header");
        var message = new CborWriter(512)
                .array(4)
                .text("Signature1")
                .bytes(protectedHeader)
                .bytes(external)
                .bytes(payload.orElse(detached))
                .toBytes();
        try {
            if (algorithm.get() == SealHeader.ES256) {
                boolean holds = signature.length == P256Signature.SIZE
                        && P256Key.of(spki).verifiesWithAnyS(message, P256Signature.ofRaw(signature));
                return holds ? new ReceiptCheck.Accepted() : new ReceiptCheck.Refused("the signature does not hold");
            }
        } catch (IllegalArgumentException e) {
            return new ReceiptCheck.Refused(String.valueOf(e.getMessage()));
        }
        if (algorithm.get() == EDDSA) {
            return Ed25519.verifies(Ed25519.ofSpki(spki), message, signature)
                    ? new ReceiptCheck.Accepted()
                    : new ReceiptCheck.Refused("the signature does not hold");
        }
        return new ReceiptCheck.NotSupported("algorithm " + algorithm.get());
    }
}
