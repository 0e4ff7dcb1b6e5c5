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
    private static final List<String> ON_POLICIES = List.of("2.5.29.32", "2.5.29.33");

    /// Some hundred policies, or their mappings; who has so many writes none about us.
    private static final int MAX_POLICIES_BYTES = 2 << 10;

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

    /// Under whatever policies: they are looked at only where a CA on the way asks for one by a critical extension
    /// (RFC 5280 §4.2.1.11), and then none stands for another.
    ///
    /// @param path from the one that is judged up to the authority, without the authority's own
    /// @throws GeneralSecurityException if it is no path to the authority, or one of it was not valid at that time
    public static void check(List<X509Certificate> path, X509Certificate authority, Instant at)
            throws GeneralSecurityException {
        for (var certificate : path) requireFewPolicies(certificate);
        var parameters = new PKIXParameters(Set.of(new TrustAnchor(authority, null)));
        parameters.setRevocationEnabled(false);
        // Policies that map to one another grow to a tree of n^4 nodes over four certificates (RFC 5280 §6.1.2).
        parameters.setPolicyMappingInhibited(true);
        parameters.setDate(Date.from(at));
        CertPathValidator.getInstance("PKIX")
                .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
    }

    /// Without mappings, the time still grows with the square of their number: seconds for what fits into 16 KiB.
    private static void requireFewPolicies(X509Certificate certificate) throws CertificateException {
        for (var extension : ON_POLICIES) {
            var value = certificate.getExtensionValue(extension);
            if (value != null && value.length > MAX_POLICIES_BYTES)
                throw new CertificateException("a certificate has more than 2 KiB of policies");
        }
    }
}
