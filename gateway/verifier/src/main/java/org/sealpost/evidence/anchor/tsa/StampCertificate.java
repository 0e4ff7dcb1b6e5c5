package org.sealpost.evidence.anchor.tsa;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;
import org.sealpost.evidence.CertificatePath;
import org.sealpost.evidence.Certificates;
import org.sealpost.evidence.Der;
import org.sealpost.evidence.DerMalformed;
import org.sealpost.evidence.Printable;
import org.sealpost.evidence.SignatureBudget;
import org.sealpost.evidence.StrongKey;

/// A certificate that came with a time stamp: its signer's, or one on the way to an authority.
final class StampCertificate {
    static final int MAX_SIZE_BYTES = 16 << 10;

    private static final String TIME_STAMPING = "1.3.6.1.5.5.7.3.8";
    private static final String EXTENDED_KEY_USAGE = "2.5.29.37";
    private static final String SUBJECT_KEY_IDENTIFIER = "2.5.29.14";
    private static final int DIGITAL_SIGNATURE = 0;
    private static final int NON_REPUDIATION = 1;

    /// The signer's and its issuers', without the authority's own.
    private static final int MAX_PATH = 4;

    private final byte[] der;
    private final X509Certificate certificate;

    private StampCertificate(byte[] der, X509Certificate certificate) {
        this.der = der;
        this.certificate = certificate;
    }

    static StampCertificate parse(byte[] der) throws StampRefused {
        if (der.length > MAX_SIZE_BYTES) throw new StampRefused("a certificate has more than 16 KiB");
        try {
            var certificate = Certificates.read(der);
            // The factory also reads PEM, and one certificate of several.
            if (!Arrays.equals(certificate.getEncoded(), der))
                throw new StampRefused("a certificate is not one in DER");
            return new StampCertificate(der, certificate);
        } catch (CertificateException e) {
            throw new StampRefused("a certificate cannot be read");
        }
    }

    byte[] der() {
        return der.clone();
    }

    PublicKey key() {
        return certificate.getPublicKey();
    }

    String subject() {
        return certificate.getSubjectX500Principal().getName();
    }

    /// Whether a SignerIdentifier (RFC 5652 §5.3) means this one.
    boolean isNamedBy(byte[] identifier) throws DerMalformed {
        var in = Der.of(identifier);
        if (in.isNext(Der.primitiveContext(0))) {
            var extension = certificate.getExtensionValue(SUBJECT_KEY_IDENTIFIER);
            return extension != null
                    && Arrays.equals(
                            in.content(Der.primitiveContext(0)),
                            Der.of(Der.of(extension).content(Der.OCTET_STRING)).content(Der.OCTET_STRING));
        }
        var both = in.enter(Der.SEQUENCE);
        var issuer = both.element();
        var serial = both.integer();
        both.end();
        return serial.equals(certificate.getSerialNumber()) && isIssuer(issuer);
    }

    private boolean isIssuer(byte[] name) {
        try {
            return certificate.getIssuerX500Principal().equals(new X500Principal(name));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /// RFC 3161 §2.3: the extended key usage is critical, for time stamping, and for nothing else.
    void requireForTimeStampsOnly() throws StampRefused {
        try {
            var critical = certificate.getCriticalExtensionOIDs();
            if (!List.of(TIME_STAMPING).equals(certificate.getExtendedKeyUsage())
                    || critical == null
                    || !critical.contains(EXTENDED_KEY_USAGE)) {
                throw refused("is not, by a critical extension, for time stamps and nothing else");
            }
            var usage = certificate.getKeyUsage();
            if (usage != null && !usage[DIGITAL_SIGNATURE] && !usage[NON_REPUDIATION]) {
                throw refused("is not for signatures");
            }
        } catch (CertificateException e) {
            throw refused("has an extended key usage that cannot be read");
        }
    }

    /// The certificates from this one up to the authority, without the authority's own, if each was valid at that time
    /// (RFC 5280, without revocation).
    ///
    /// @param authority whose key is the reader's choice, of whatever kind and size
    /// @param others    what may lie between, where it has a [StrongKey]
    List<StampCertificate> pathTo(
            X509Certificate authority, List<StampCertificate> others, Instant at, SignatureBudget budget)
            throws StampRefused {
        var path = new ArrayList<>(List.of(this));
        while (!path.getLast().isBy(authority, budget)) {
            var possible = others.stream()
                    .filter(other -> !path.contains(other)
                            && CertificatePath.isValidAt(other.certificate, at)
                            && StrongKey.isOne(other.key()))
                    .toList();
            var next = path.getLast().issuer(possible, budget);
            if (next.isEmpty() || path.size() == MAX_PATH) throw noPath(authority, at, "");
            path.add(next.get());
        }
        var certificates = path.stream().map(each -> each.certificate).toList();
        if (!budget.spend(certificates, authority)) throw new StampRefused(SignatureBudget.SPENT);
        try {
            CertificatePath.check(certificates, authority, at);
            return path;
        } catch (GeneralSecurityException e) {
            throw noPath(authority, at, ": " + Printable.escape(String.valueOf(e.getMessage())));
        }
    }

    private Optional<StampCertificate> issuer(List<StampCertificate> possible, SignatureBudget budget)
            throws StampRefused {
        for (var other : possible) {
            if (isBy(other.certificate, budget)) return Optional.of(other);
        }
        return Optional.empty();
    }

    private boolean isBy(X509Certificate issuer, SignatureBudget budget) throws StampRefused {
        if (!CertificatePath.isNamedAsIssuer(certificate, issuer)) return false;
        Algorithms.spend(budget, issuer.getPublicKey());
        return CertificatePath.isIssuedBy(certificate, issuer);
    }

    private StampRefused refused(String what) {
        return new StampRefused("its certificate " + Printable.quote(subject()) + " " + what);
    }

    private StampRefused noPath(X509Certificate authority, Instant at, String why) {
        return StampRefused.forWantOfCertificates("no path from " + Printable.quote(subject()) + " to "
                + Printable.quote(authority.getSubjectX500Principal().getName()) + " at " + at + why);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StampCertificate that && Arrays.equals(der, that.der);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(der);
    }
}
