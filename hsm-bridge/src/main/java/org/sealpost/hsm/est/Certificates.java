package org.sealpost.hsm.est;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertStore;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXCertPathBuilderResult;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedData;

/// What EST answers with: a certs-only CMS message (RFC 5652), in Base64.
final class Certificates {
    private static final int MAX_CERTIFICATES = 32;

    private Certificates() {}

    static List<X509Certificate> read(byte[] body) throws EstFailed {
        try {
            byte[] der = Base64.getMimeDecoder().decode(body);
            List<X509Certificate> certificates = new ArrayList<>();
            for (X509CertificateHolder holder :
                    new CMSSignedData(der).getCertificates().getMatches(null)) {
                if (certificates.size() == MAX_CERTIFICATES) {
                    throw new EstFailed("the server answers with more than " + MAX_CERTIFICATES + " certificates");
                }
                certificates.add((X509Certificate) CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(holder.getEncoded())));
            }
            return List.copyOf(certificates);
        } catch (CertificateException unreadable) {
            throw new EstFailed(
                    "the server answers with a certificate that cannot be read ("
                            + Words.of(String.valueOf(unreadable.getMessage()))
                            + "); one with an SM2 or secp256k1 key is kept by import-cert, not over EST",
                    unreadable);
        } catch (CMSException | IOException | RuntimeException nonsense) {
            throw new EstFailed("the server answers with something that holds no certificates", nonsense);
        }
    }

    /// Takes a certificate only if it is what was asked for: of our key, subject and names, no CA's, under the
    /// owner's CA and its constraints, and good now.
    static EstOutcome.Issued issued(
            List<X509Certificate> received, Asked asked, List<X509Certificate> owners, Instant now) throws EstFailed {
        X509Certificate ours = received.stream()
                .filter(certificate -> Arrays.equals(certificate.getPublicKey().getEncoded(), asked.spki()))
                .findFirst()
                .orElseThrow(() -> new EstFailed("the server answers with a certificate of another key"));
        if (now.isBefore(ours.getNotBefore().toInstant())
                || now.isAfter(ours.getNotAfter().toInstant())) {
            throw new EstFailed(
                    "the issued certificate is good from " + ours.getNotBefore().toInstant() + " until "
                            + ours.getNotAfter().toInstant() + ", and this machine's clock says " + now);
        }
        if (ours.getBasicConstraints() >= 0) {
            throw new EstFailed("the issued certificate is a CA's: whoever has it could issue others");
        }
        X509CertificateHolder holder = holder(ours);
        refuse(asked.objection(holder));
        try {
            var target = new X509CertSelector();
            target.setCertificate(ours);
            Set<TrustAnchor> anchors =
                    owners.stream().map(owner -> new TrustAnchor(owner, null)).collect(Collectors.toSet());
            var parameters = new PKIXBuilderParameters(anchors, target);
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(now));
            parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(received)));
            var built = (PKIXCertPathBuilderResult)
                    CertPathBuilder.getInstance("PKIX").build(parameters);
            List<X509Certificate> above = built.getCertPath().getCertificates().stream()
                    .skip(1)
                    .map(X509Certificate.class::cast)
                    .toList();
            refuse(NameRules.objection(holder(built.getTrustAnchor().getTrustedCert()), holder));
            return new EstOutcome.Issued(ours, above);
        } catch (CertPathBuilderException other) {
            throw new EstFailed(
                    "the issued certificate is not under the owner's CA, but by "
                            + Words.of(ours.getIssuerX500Principal().toString()),
                    other);
        } catch (GeneralSecurityException e) {
            throw new EstFailed("the issued certificate cannot be checked: " + e.getMessage(), e);
        }
    }

    private static void refuse(Optional<String> objection) throws EstFailed {
        if (objection.isPresent()) {
            throw new EstFailed("the issued certificate " + objection.get());
        }
    }

    private static X509CertificateHolder holder(X509Certificate certificate) throws EstFailed {
        try {
            return new X509CertificateHolder(certificate.getEncoded());
        } catch (IOException | CertificateEncodingException e) {
            throw new EstFailed("a certificate cannot be read: " + e.getMessage(), e);
        }
    }
}
