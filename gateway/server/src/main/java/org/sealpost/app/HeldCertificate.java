package org.sealpost.app;

import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.sealpost.evidence.Certificates;
import org.sealpost.hsm.est.Renewal;
import org.sealpost.seal.CertificateRequest;

/// The sealing key's certificate as it is in force, with its issuers, asked when it has to be renewed and by
/// whom it can.
record HeldCertificate(List<X509Certificate> chain) {
    private static final String ANY_PURPOSE = "2.5.29.37.0";

    /// Empty if there is none, or one of another key.
    static Optional<HeldCertificate> of(List<byte[]> inForce, byte[] spki) {
        try {
            var chain = new ArrayList<X509Certificate>();
            for (var der : inForce) chain.add(Certificates.read(der));
            boolean ours = !chain.isEmpty()
                    && Arrays.equals(chain.getFirst().getPublicKey().getEncoded(), spki);
            return ours ? Optional.of(new HeldCertificate(List.copyOf(chain))) : Optional.empty();
        } catch (CertificateException e) {
            throw new IllegalStateException("a certificate that was read before cannot be read again", e);
        }
    }

    X509Certificate own() {
        return chain.getFirst();
    }

    boolean isExpired(Instant now) {
        return now.isAfter(own().getNotAfter().toInstant());
    }

    /// Half of the time between due and expiry: the other half is for a person.
    Instant late(Renewal renewal) {
        var due = renewal.dueAt(own());
        var end = own().getNotAfter().toInstant();
        return due.plus(Duration.between(due, end).dividedBy(2));
    }

    /// Whether it may be shown in a TLS handshake: one that does not say what it is for may.
    boolean isForTls() {
        try {
            var purposes = own().getExtendedKeyUsage();
            return purposes == null
                    || purposes.contains(CertificateRequest.TLS_CLIENT)
                    || purposes.contains(ANY_PURPOSE);
        } catch (CertificateParsingException e) {
            return false;
        }
    }
}
