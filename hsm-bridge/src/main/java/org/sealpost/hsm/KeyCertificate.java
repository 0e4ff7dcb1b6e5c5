package org.sealpost.hsm;

import java.io.IOException;
import java.util.Arrays;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.x509.Certificate;

/// An X.509 certificate (RFC 5280) of one key of ours.
public final class KeyCertificate {
    /// More is refused: a token has little room, and a certificate of one key needs a tenth of it.
    public static final int MAX_BYTES = 16_384;

    private final Certificate certificate;
    private final byte[] der;
    private final byte[] spki;

    private KeyCertificate(Certificate certificate, byte[] der, byte[] spki) {
        this.certificate = certificate;
        this.der = der;
        this.spki = spki;
    }

    /// Reads DER. Who issued it, and until when it is good, is not judged here.
    ///
    /// @throws IllegalArgumentException if it is no certificate, or not of this public key
    public static KeyCertificate of(byte[] der, byte[] spki) {
        if (der.length > MAX_BYTES) {
            throw new IllegalArgumentException("a certificate has at most " + MAX_BYTES + " bytes, not " + der.length
                    + ": give that of the key alone");
        }
        try {
            Certificate certificate = Certificate.getInstance(der.clone());
            if (!Arrays.equals(encoded(certificate.getSubjectPublicKeyInfo()), spki)) {
                throw new IllegalArgumentException(
                        "the certificate is of another public key: give the one that was issued for this key");
            }
            return new KeyCertificate(certificate, der.clone(), spki.clone());
        } catch (IOException | IllegalStateException | ClassCastException e) {
            throw new IllegalArgumentException("not an X.509 certificate in DER", e);
        }
    }

    /// The certificate itself.
    public byte[] der() {
        return der.clone();
    }

    /// The public key that it is of.
    public byte[] spki() {
        return spki.clone();
    }

    byte[] subject() {
        return unchecked(certificate.getSubject());
    }

    byte[] issuer() {
        return unchecked(certificate.getIssuer());
    }

    byte[] serialNumber() {
        return unchecked(certificate.getSerialNumber());
    }

    private static byte[] unchecked(ASN1Encodable part) {
        try {
            return encoded(part);
        } catch (IOException e) {
            throw new IllegalStateException("what was decoded can be encoded", e);
        }
    }

    private static byte[] encoded(ASN1Encodable part) throws IOException {
        return part.toASN1Primitive().getEncoded(ASN1Encoding.DER);
    }
}
