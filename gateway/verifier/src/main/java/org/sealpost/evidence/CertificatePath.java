package org.sealpost.evidence;

import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;

/// What all who judge certificates ask of one and of its path (RFC 5280). Revocation is not looked at.
public final class CertificatePath {
    private CertificatePath() {}

    /// Whether the issuer made it, by name and by signature; nothing else of either is looked at. How long that
    /// takes is up to the issuer's key: one that a stranger chose has to be a [StrongKey].
    public static boolean isIssuedBy(X509Certificate certificate, X509Certificate issuer) {
        if (!isNamedAsIssuer(certificate, issuer)) return false;
        try {
            certificate.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /// Whether [#isIssuedBy] would look at a signature.
    public static boolean isNamedAsIssuer(X509Certificate certificate, X509Certificate issuer) {
        return certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal());
    }

    public static boolean isValidAt(X509Certificate certificate, Instant at) {
        try {
            certificate.checkValidity(Date.from(at));
            return true;
        } catch (CertificateException e) {
            return false;
        }
    }

    /// @param path from the one that is judged up to the authority, without the authority's own
    /// @throws GeneralSecurityException if it is no path to the authority, or one of it was not valid at that time
    public static void check(List<X509Certificate> path, X509Certificate authority, Instant at)
            throws GeneralSecurityException {
        var parameters = new PKIXParameters(Set.of(new TrustAnchor(authority, null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(at));
        CertPathValidator.getInstance("PKIX")
                .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
    }
}
