package org.sealpost.seal;

import java.io.IOException;
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

    private CertificateRequest() {}

    /// Waits for the token.
    ///
    /// @return DER
    /// @throws org.sealpost.hsm.TokenSetback if the token cannot sign now
    public static byte[] of(SigningKey key, Origin origin, Duration deadline) throws IOException {
        var name = origin.name();
        var subject = new X500NameBuilder()
                .addRDN(BCStyle.CN, name.substring(0, Math.min(name.length(), MAX_COMMON_NAME)))
                .build();
        return new org.sealpost.hsm.CertificateRequest(
                        new X500Principal(subject.getEncoded()),
                        List.of(new AlternativeName.Uri(SealingCertificate.name(origin))),
                        Set.of(Usage.DIGITAL_SIGNATURE),
                        List.of(SealingCertificate.SEALS_OF_SEALPOST),
                        Optional.empty())
                .signedBy(key, deadline);
    }
}
