package org.sealpost.evidence;

import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;

/// A seal with the path of one entry in its unprotected map: a COSE receipt (RFC 9942, docs/formats.md §4).
///
/// Any tool for such receipts can check it. What lies in its byte strings is not read yet.
public final class Receipt {
    static final int COSE_SIGN1 = 18;
    static final int PROOFS = 396;
    static final int INCLUSION = -1;

    private final byte[] protectedHeader;
    private final byte[] proof;
    private final P256Signature signature;

    Receipt(byte[] protectedHeader, byte[] proof, P256Signature signature) {
        this.protectedHeader = protectedHeader;
        this.proof = proof;
        this.signature = signature;
    }

    public static Receipt parse(byte[] bytes) throws CborMalformed {
        var in = new CborReader(bytes);
        var receipt = read(in);
        in.end();
        return receipt;
    }

    static Receipt read(CborReader in) throws CborMalformed {
        var protectedHeader = in.tag(COSE_SIGN1).arrayOf(4).bytes(Integer.MAX_VALUE);
        in.mapOf(1).expect(PROOFS).mapOf(1).expect(INCLUSION).arrayOf(1);
        var proof = in.bytes(Integer.MAX_VALUE);
        if (!in.nil()) throw new CborMalformed(in.position(), "the payload of a receipt is detached");
        return new Receipt(protectedHeader, proof, P256Signature.ofRaw(in.fixed(P256Signature.SIZE)));
    }

    public byte[] bytes() {
        var out = new CborWriter(protectedHeader.length + proof.length + 96);
        write(out);
        return out.toBytes();
    }

    void write(CborWriter out) {
        out.tag(COSE_SIGN1).array(4).bytes(protectedHeader);
        out.map(1).integer(PROOFS).map(1).integer(INCLUSION).array(1).bytes(proof);
        out.nil().bytes(signature.raw());
    }

    SealHeader header() throws CborMalformed {
        return SealHeader.parse(protectedHeader);
    }

    byte[] protectedHeader() {
        return protectedHeader;
    }

    Proof proof() throws CborMalformed {
        return Proof.parse(proof);
    }

    P256Signature signature() {
        return signature;
    }
}
