package org.sealpost.evidence;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.sealpost.record.HandOver;
import org.sealpost.record.Origin;

/// Judges whether certificates name a key as the sealing key of an origin (docs/formats.md §9): any other certificate
/// of the same CA proves nothing about a box. Nobody is asked about revocation.
///
/// Public for boxes: what a box takes from its owner's CA must be what a verifier accepts years later.
public final class SealingCertificate {
    /// The extended key usage.
    public static final String SEALS_OF_SEALPOST = "2.25.178412227434185049071610493129589227301";

    /// As in a hand-over. Twice what one has whose key and whose issuer's signature are the largest of ML-DSA.
    private static final int MAX_SIZE_BYTES = HandOver.MAX_CERTIFICATE_SIZE;

    private static final String TOO_LARGE = "more than 16 KiB";

    private static final int URI = 6;

    private SealingCertificate() {}

    /// What became of it.
    public sealed interface Judgement {}

    public record Certified(String subject) implements Judgement {}

    public record Refused(String reason) implements Judgement {}

    /// What a certificate lacks that has to be there, whoever issued it and whenever it is valid.
    public enum Flaw {
        OTHER_KEY,
        NO_NAME,
        NO_KEY_USAGE,
        NO_SEAL_USAGE
    }

    /// The subject alternative name, a URI, of a certificate for this origin.
    public static String name(Origin origin) {
        return "sealpost:" + origin;
    }

    /// The first thing that keeps a certificate from being that of the sealing key of an origin; empty if
    /// nothing does.
    public static Optional<Flaw> flaw(X509Certificate certificate, P256Key key, Origin origin)
            throws CertificateParsingException {
        if (!Arrays.equals(certificate.getPublicKey().getEncoded(), key.spki())) return Optional.of(Flaw.OTHER_KEY);
        if (!names(certificate, origin)) return Optional.of(Flaw.NO_NAME);
        var usage = certificate.getKeyUsage();
        if (usage == null || !usage[0]) return Optional.of(Flaw.NO_KEY_USAGE);
        var extended = certificate.getExtendedKeyUsage();
        if (extended == null || !extended.contains(SEALS_OF_SEALPOST)) return Optional.of(Flaw.NO_SEAL_USAGE);
        return Optional.empty();
    }

    /// What one of them has more of than is looked at by a verifier that trusts the last of them, or its
    /// issuer: which one, from 1 on, and of what, in words; empty if none has. The last of several may be an
    /// authority, which is not on the path to it.
    ///
    /// @param chain the sealing key's first, then its issuers
    public static Optional<String> excess(List<X509Certificate> chain) throws CertificateEncodingException {
        for (int i = 0; i < chain.size(); i++) {
            var certificate = chain.get(i);
            boolean mayBeAuthority = i > 0 && i == chain.size() - 1;
            var excess = mayBeAuthority ? Optional.<String>empty() : CertificatePath.excess(certificate);
            if (certificate.getEncoded().length > MAX_SIZE_BYTES) excess = Optional.of(TOO_LARGE);
            if (excess.isPresent()) return Optional.of("certificate " + (i + 1) + " has " + excess.get());
        }
        return Optional.empty();
    }

    /// Why only those readers accept certificates without [#excess] who trust the last of them, or one before
    /// it, in words; empty where its issuer may be trusted as well, or it issued itself.
    ///
    /// @param chain the sealing key's first, then its issuers
    public static Optional<String> narrowness(List<X509Certificate> chain) {
        if (chain.size() < 2) return Optional.empty();
        var last = chain.getLast();
        if (CertificatePath.isNamedAsIssuer(last, last)) return Optional.empty();
        return CertificatePath.excess(last)
                .map(excess -> "certificate " + chain.size() + " has " + excess
                        + ", so readers must trust that one itself, or one before it: no path through it counts");
    }

    /// @param chain     DER, the sealing key's first, then its issuers, with or without the authority itself
    ///     and what stands above it
    /// @param authority whose key is the reader's choice
    public static Judgement judge(
            List<byte[]> chain, X509Certificate authority, P256Key key, Origin origin, Instant at) {
        if (chain.isEmpty()) return new Refused("the evidence holds no certificate");
        try {
            var path = new ArrayList<X509Certificate>();
            for (var der : chain) path.add(parse(der));
            var certificate = path.getFirst();
            if (certificate.equals(authority)) return new Refused("a CA does not certify itself for seals");
            while (path.getLast().equals(authority)) path.removeLast();
            var flaw = flaw(certificate, key, origin);
            if (flaw.isPresent()) return new Refused(reason(flaw.get(), origin));

            check(path, authority, at);
            return new Certified(nameOf(certificate));
        } catch (GeneralSecurityException | RuntimeException e) {
            // The JDK does not announce all that it ends with, and a stranger chose the bytes.
            return new Refused("no path to " + nameOf(authority) + " at " + at + ": "
                    + Printable.escape(String.valueOf(e.getMessage())));
        }
    }

    /// By a path that ends with any of them that the authority issued: who is trusted is a name and a key (RFC
    /// 5280 §6.1), and what stands above those is on no path. The shortest one need not be the one that holds,
    /// as a certificate may ask for that very certificate of its issuer that stands behind it (§4.2.1.1 there).
    ///
    /// Whoever made the file cannot make this long: only what the authority signed begins a path, and until
    /// then there is one signature for each, by the authority's key.
    private static void check(List<X509Certificate> chain, X509Certificate authority, Instant at)
            throws GeneralSecurityException {
        Optional<GeneralSecurityException> refused = Optional.empty();
        for (int i = 0; i < chain.size(); i++) {
            if (!CertificatePath.isIssuedBy(chain.get(i), authority)) continue;
            try {
                CertificatePath.check(chain.subList(0, i + 1), authority, at);
                return;
            } catch (GeneralSecurityException e) {
                if (refused.isEmpty()) refused = Optional.of(e);
            }
        }
        if (refused.isPresent()) throw refused.get();
        CertificatePath.check(chain, authority, at); // says what is wrong with it
    }

    private static String reason(Flaw flaw, Origin origin) {
        return switch (flaw) {
            case OTHER_KEY -> "the certificate is for another key";
            case NO_NAME -> "the certificate does not name " + name(origin);
            case NO_KEY_USAGE, NO_SEAL_USAGE -> "the certificate is not for seals";
        };
    }

    /// The subject, fit to print.
    public static String nameOf(X509Certificate certificate) {
        return Printable.quote(certificate.getSubjectX500Principal().getName());
    }

    /// Its issuer, fit to print.
    public static String issuerOf(X509Certificate certificate) {
        return Printable.quote(certificate.getIssuerX500Principal().getName());
    }

    private static X509Certificate parse(byte[] der) throws CertificateException {
        if (der.length > MAX_SIZE_BYTES) throw new CertificateException("a certificate has " + TOO_LARGE);
        var in = new ByteArrayInputStream(der);
        var certificate = Certificates.read(in);
        // The factory also reads PEM, and one certificate of several.
        if (!Arrays.equals(certificate.getEncoded(), der)) throw new CertificateException("not one DER certificate");
        return certificate;
    }

    /// Whether it names this origin; nothing else of it is looked at.
    public static boolean isFor(X509Certificate certificate, Origin origin) {
        try {
            return names(certificate, origin);
        } catch (CertificateParsingException e) {
            return false;
        }
    }

    private static boolean names(X509Certificate certificate, Origin origin) throws CertificateParsingException {
        Collection<List<?>> names;
        try {
            names = certificate.getSubjectAlternativeNames();
        } catch (RuntimeException e) {
            // So the JDK ends at an address of the Internet whose mask has gaps.
            throw new CertificateParsingException("names that cannot be read: " + e.getMessage(), e);
        }
        return names != null
                && names.stream()
                        .anyMatch(name -> name.get(0).equals(URI) && name.get(1).equals(name(origin)));
    }
}
