package org.sealpost.anchor.fabric;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import org.hyperledger.fabric.client.identity.Identity;
import org.hyperledger.fabric.protos.msp.SerializedIdentity;
import org.sealpost.evidence.Certificates;

/// Who calls: a certificate of an organisation's CA.
record Member(String msp, X509Certificate certificate) implements Identity {
    private static final int LINE = 64;

    /// As a request names who made it.
    ///
    /// @throws CertificateException if it is no X.509 certificate
    static Member of(SerializedIdentity creator) throws CertificateException {
        var certificate = Certificates.read(creator.getIdBytes().toByteArray());
        return new Member(creator.getMspid(), certificate);
    }

    @Override
    public String getMspId() {
        return msp;
    }

    /// PEM.
    @Override
    public byte[] getCredentials() {
        try {
            var base64 = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(certificate.getEncoded());
            return ("-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n")
                    .getBytes(StandardCharsets.US_ASCII);
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read cannot be written", e);
        }
    }

    ByteString creator() {
        return SerializedIdentity.newBuilder()
                .setMspid(msp)
                .setIdBytes(ByteString.copyFrom(getCredentials()))
                .build()
                .toByteString();
    }

    Instant end() {
        return certificate.getNotAfter().toInstant();
    }
}
