package org.sealpost.evidence;

import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What all who judge certificates ask of one and of its path (RFC 5280). Revocation is not looked at.
public final class CertificatePath {
    /// What takes more time than it has bytes, by its extension. All else on a path does not: where lists are revoked
    /// or issuers found is not looked at, and what inhibits policies is a number.
    private static final List<Bound> BOUNDS = List.of(
            // Each name on the way is compared with each of the next CA's for each of its own: the third power.
            new Bound("2.5.29.30", 512, "512 bytes of name constraints"),
            // Each name is compared with each constraint, where there are constraints.
            new Bound("2.5.29.17", 2 << 10, "2 KiB of alternative names"),
            // Some hundred, each once; without mappings it is the square: seconds for what fits into 16 KiB.
            new Bound("2.5.29.32", 2 << 10, "2 KiB of policies"),
            new Bound("2.5.29.33", 2 << 10, "2 KiB of policies"));

    /// An e-mail address in it is compared with each constraint, too.
    private static final int MAX_SUBJECT_BYTES = 2 << 10;

    /// Of those that cost something without any other.
    private static final List<String> RULES = List.of("2.5.29.30", "2.5.29.32", "2.5.29.33");

    private record Bound(String extension, int maxBytes, String words) {}

    private CertificatePath() {}

    /// Whether the issuer made it, by name and by signature; nothing else of either is looked at. How long that
    /// takes is up to the issuer's key: one that a stranger chose has to be a [StrongKey].
    public static boolean isIssuedBy(X509Certificate certificate, X509Certificate issuer) {
        if (!isNamedAsIssuer(certificate, issuer)) return false;
        try {
            certificate.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException | RuntimeException e) {
            // The JDK adds up the lengths that a signature of RSASSA-PSS says of itself, and they need not fit.
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

    /// Whether it has policies or constraints, whatever they are: on a path they take longer than all signatures.
    static boolean hasRules(X509Certificate certificate) {
        return RULES.stream().anyMatch(extension -> certificate.getExtensionValue(extension) != null);
    }

    /// Under whatever policies: they are looked at only where a CA on the way asks for one by a critical extension
    /// (RFC 5280 §4.2.1.11), and then none stands for another.
    ///
    /// @param path from the one that is judged up to the authority, without the authority's own
    /// @throws GeneralSecurityException if it is no path to the authority, or one of it was not valid at that time
    public static void check(List<X509Certificate> path, X509Certificate authority, Instant at)
            throws GeneralSecurityException {
        for (var certificate : path) requireSmall(certificate);
        var parameters = new PKIXParameters(Set.of(new TrustAnchor(authority, null)));
        parameters.setRevocationEnabled(false);
        // Policies that map to one another grow to a tree of n^4 nodes over four certificates (RFC 5280 §6.1.2).
        parameters.setPolicyMappingInhibited(true);
        parameters.setDate(Date.from(at));
        var validator = CertPathValidator.getInstance("PKIX");
        var certificates = CertificateFactory.getInstance("X.509").generateCertPath(path);
        try {
            validator.validate(certificates, parameters);
        } catch (RuntimeException e) {
            // The JDK lets some through, such as of CAs whose constraints have no name in common.
            throw new CertPathValidatorException("the path cannot be judged", e);
        }
    }

    /// Before any of the path is looked at: constraints count from a certificate on whose signature nobody checked yet.
    private static void requireSmall(X509Certificate certificate) throws CertificateException {
        var excess = excess(certificate);
        if (excess.isPresent()) throw new CertificateException("a certificate has " + excess.get());
    }

    /// What it has more of than anything on a path may have, in words; empty if nothing.
    static Optional<String> excess(X509Certificate certificate) {
        for (var bound : BOUNDS) {
            var value = certificate.getExtensionValue(bound.extension);
            if (value != null && value.length > bound.maxBytes) return Optional.of("more than " + bound.words);
        }
        if (certificate.getSubjectX500Principal().getEncoded().length > MAX_SUBJECT_BYTES)
            return Optional.of("a subject of more than 2 KiB");
        return DistinctPolicies.flaw(certificate);
    }
}
