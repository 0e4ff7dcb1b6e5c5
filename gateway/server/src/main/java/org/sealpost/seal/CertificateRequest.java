package org.sealpost.seal;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.sealpost.evidence.SealingCertificate;
import org.sealpost.hsm.CertificateRequest.AlternativeName;
import org.sealpost.hsm.CertificateRequest.Usage;
import org.sealpost.hsm.SigningKey;
import org.sealpost.record.Origin;

/// What the owner's CA is asked to sign: a PKCS#10 request (RFC 2986) for the sealing key, signed by that key,
/// with the extensions that a certificate for seals must have (docs/formats.md §9).
///
/// It cannot be taken for anything else that this key signs: it begins as a DER sequence, a seal as a CBOR
/// array, and a checkpoint as the text of an origin.
public final class CertificateRequest {
    /// X.520 allows no more in a common name; the origin stands whole in the subject alternative name.
    private static final int MAX_COMMON_NAME = 64;

    /// The extended key usage of whoever shows a certificate as a client (RFC 5280 §4.2.1.12).
    public static final String TLS_CLIENT = "1.3.6.1.5.5.7.3.2";

    private static final List<String> SEALS_AND_TLS = List.of(SealingCertificate.SEALS_OF_SEALPOST, TLS_CLIENT);

    private CertificateRequest() {}

    /// Waits for the token.
    ///
    /// @return DER
    /// @throws org.sealpost.hsm.TokenSetback if the token cannot sign now
    public static byte[] of(SigningKey key, Origin origin, Duration deadline) throws IOException {
        return request(
                        subject(origin),
                        List.of(new AlternativeName.Uri(SealingCertificate.name(origin))),
                        List.of(SealingCertificate.SEALS_OF_SEALPOST))
                .signedBy(key, deadline);
    }

    /// As [#of], for a certificate that can renew itself over EST: that shows it in a TLS handshake, and servers ask
    /// for the purpose.
    public static byte[] forEnrolment(SigningKey key, Origin origin, Duration deadline) throws IOException {
        var names = List.<AlternativeName>of(new AlternativeName.Uri(SealingCertificate.name(origin)));
        return request(subject(origin), names, SEALS_AND_TLS).signedBy(key, deadline);
    }

    /// For the certificate after this one, with its subject and names (RFC 7030 §4.2.2).
    ///
    /// @throws IllegalArgumentException if it has a name of a kind that we cannot ask for
    public static byte[] forRenewal(SigningKey key, X509Certificate before, Duration deadline) {
        var same = org.sealpost.hsm.CertificateRequest.like(before);
        return request(same.subject(), same.names(), SEALS_AND_TLS).signedBy(key, deadline);
    }

    private static X500Principal subject(Origin origin) throws IOException {
        var name = origin.name();
        return new X500Principal(new X500NameBuilder()
                .addRDN(BCStyle.CN, name.substring(0, Math.min(name.length(), MAX_COMMON_NAME)))
                .build()
                .getEncoded());
    }

    private static org.sealpost.hsm.CertificateRequest request(
            X500Principal subject, List<AlternativeName> names, List<String> purposes) {
        return new org.sealpost.hsm.CertificateRequest(
                subject, names, Set.of(Usage.DIGITAL_SIGNATURE), purposes, Optional.empty());
    }
}
