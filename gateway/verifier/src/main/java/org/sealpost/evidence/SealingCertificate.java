package org.sealpost.evidence;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.sealpost.record.Origin;

/// Judges whether certificates name a key as the sealing key of an origin (docs/formats.md §9): any other certificate
/// of the same CA proves nothing about a box. Nobody is asked about revocation.
final class SealingCertificate {
    static final String SEALS_OF_SEALPOST = "2.25.178412227434185049071610493129589227301";
    private static final int URI = 6;

    private SealingCertificate() {}

    /// What became of it.
    sealed interface Judgement {}

    record Certified(String subject) implements Judgement {}

    record Refused(String reason) implements Judgement {}

    /// @param chain DER, the sealing key's first, then its issuers, with or without the authority itself
    static Judgement judge(List<byte[]> chain, X509Certificate authority, P256Key key, Origin origin, Instant at) {
        if (chain.isEmpty()) return new Refused("the evidence holds no certificate");
        try {
            var factory = CertificateFactory.getInstance("X.509");
            var path = new ArrayList<X509Certificate>();
            for (var der : chain) path.add(parse(factory, der));
            while (!path.isEmpty() && path.getLast().equals(authority)) path.removeLast();
            if (path.isEmpty()) return new Refused("a CA does not certify itself for seals");

            var certificate = path.getFirst();
            if (!Arrays.equals(certificate.getPublicKey().getEncoded(), key.spki())) {
                return new Refused("the certificate is for another key");
            }
            if (!names(certificate, origin)) return new Refused("the certificate does not name sealpost:" + origin);
            if (!isForSeals(certificate)) return new Refused("the certificate is not for seals");

            var parameters = new PKIXParameters(Set.of(new TrustAnchor(authority, null)));
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(at));
            CertPathValidator.getInstance("PKIX").validate(factory.generateCertPath(path), parameters);
            return new Certified(nameOf(certificate));
        } catch (GeneralSecurityException e) {
            return new Refused("no path to " + nameOf(authority) + " at " + at + ": "
                    + Printable.escape(String.valueOf(e.getMessage())));
        }
    }

    /// The subject, fit to print.
    static String nameOf(X509Certificate certificate) {
        return Printable.quote(certificate.getSubjectX500Principal().getName());
    }

    private static X509Certificate parse(CertificateFactory factory, byte[] der) throws CertificateException {
        var in = new ByteArrayInputStream(der);
        var certificate = (X509Certificate) factory.generateCertificate(in);
        // The factory also reads PEM, and one certificate of several.
        if (!Arrays.equals(certificate.getEncoded(), der)) throw new CertificateException("not one DER certificate");
        return certificate;
    }

    private static boolean names(X509Certificate certificate, Origin origin) throws CertificateParsingException {
        Collection<List<?>> names = certificate.getSubjectAlternativeNames();
        return names != null
                && names.stream()
                        .anyMatch(name -> name.get(0).equals(URI) && name.get(1).equals("sealpost:" + origin));
    }

    private static boolean isForSeals(X509Certificate certificate) throws CertificateParsingException {
        var usage = certificate.getKeyUsage();
        var extended = certificate.getExtendedKeyUsage();
        return usage != null && usage[0] && extended != null && extended.contains(SEALS_OF_SEALPOST);
    }
}
