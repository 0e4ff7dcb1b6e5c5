package org.sealpost.hsm.est;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.List;
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
        } catch (CMSException | IOException | CertificateException | RuntimeException nonsense) {
            throw new EstFailed("the server answers with something that holds no certificates", nonsense);
        }
    }

    /// Takes a certificate only if it is of our key, under the owner's CA, and good now.
    static EstOutcome.Issued issued(
            List<X509Certificate> received, byte[] spki, List<X509Certificate> owners, Instant now) throws EstFailed {
        X509Certificate ours = received.stream()
                .filter(certificate -> Arrays.equals(certificate.getPublicKey().getEncoded(), spki))
                .findFirst()
                .orElseThrow(() -> new EstFailed("the server answers with a certificate of another key"));
        if (now.isBefore(ours.getNotBefore().toInstant())
                || now.isAfter(ours.getNotAfter().toInstant())) {
            throw new EstFailed(
                    "the issued certificate is good from " + ours.getNotBefore().toInstant() + " until "
                            + ours.getNotAfter().toInstant() + ", and this machine's clock says " + now);
        }
        try {
            var target = new X509CertSelector();
            target.setCertificate(ours);
            Set<TrustAnchor> anchors =
                    owners.stream().map(owner -> new TrustAnchor(owner, null)).collect(Collectors.toSet());
            var parameters = new PKIXBuilderParameters(anchors, target);
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(now));
            parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(received)));
            var path = CertPathBuilder.getInstance("PKIX")
                    .build(parameters)
                    .getCertPath()
                    .getCertificates();
            List<X509Certificate> above =
                    path.stream().skip(1).map(X509Certificate.class::cast).toList();
            return new EstOutcome.Issued(ours, above);
        } catch (CertPathBuilderException other) {
            throw new EstFailed(
                    "the issued certificate is not under the owner's CA, but by " + ours.getIssuerX500Principal(),
                    other);
        } catch (GeneralSecurityException e) {
            throw new EstFailed("the issued certificate cannot be checked: " + e.getMessage(), e);
        }
    }
}
