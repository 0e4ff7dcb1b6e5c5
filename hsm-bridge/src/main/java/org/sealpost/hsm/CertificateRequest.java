package org.sealpost.hsm;

import java.io.IOException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.pkcs.CertificationRequest;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.pkcs.PKCS10CertificationRequestBuilder;

/// What a CA is asked to certify for a key in a token: a PKCS#10 request (RFC 2986), signed by that key.
///
/// @param subject  the certificate's subject
/// @param names    subject alternative names, at most 64
/// @param usages   key usage, marked critical; none leaves the extension out
/// @param purposes object identifiers of the extended key usage, in dotted form, at most 16
/// @param password the challenge password (PKCS#9) that some CAs ask for
public record CertificateRequest(
        X500Principal subject,
        List<AlternativeName> names,
        Set<Usage> usages,
        List<String> purposes,
        Optional<String> password) {
    private static final int MAX_NAMES = 64;
    private static final int MAX_PURPOSES = 16;

    /// The bits of a key usage (RFC 5280 §4.2.1.3) that a signing key can have.
    public enum Usage {
        DIGITAL_SIGNATURE(KeyUsage.digitalSignature, 0),
        NON_REPUDIATION(KeyUsage.nonRepudiation, 1),
        CERTIFICATE_SIGNING(KeyUsage.keyCertSign, 5),
        CRL_SIGNING(KeyUsage.cRLSign, 6);

        private final int bit;

        /// Among the bits of [X509Certificate#getKeyUsage].
        private final int place;

        Usage(int bit, int place) {
            this.bit = bit;
            this.place = place;
        }
    }

    /// A further name of the subject.
    public sealed interface AlternativeName {
        record Dns(String name) implements AlternativeName {}

        record Uri(String uri) implements AlternativeName {}

        record Ip(String address) implements AlternativeName {}

        record Email(String address) implements AlternativeName {}
    }

    public CertificateRequest {
        names = List.copyOf(names);
        usages = Set.copyOf(usages);
        purposes = List.copyOf(purposes);
        if (names.size() > MAX_NAMES || purposes.size() > MAX_PURPOSES) {
            throw new IllegalArgumentException(
                    "a request has at most " + MAX_NAMES + " names and " + MAX_PURPOSES + " purposes");
        }
        // Refused here, where it is known what was given, and not when a token is at hand.
        names.forEach(CertificateRequest::generalName);
        purposes.forEach(CertificateRequest::purpose);
    }

    /// A request for digital signatures, without further names.
    public static CertificateRequest of(X500Principal subject) {
        return new CertificateRequest(subject, List.of(), Set.of(Usage.DIGITAL_SIGNATURE), List.of(), Optional.empty());
    }

    /// A request for the next certificate after this one: RFC 7030 §4.2.2 wants the same subject and names; and
    /// for the same usages and purposes, as far as a request can have them.
    ///
    /// @throws IllegalArgumentException if it has a name of a kind that we do not know
    public static CertificateRequest like(X509Certificate certificate) {
        List<AlternativeName> names = new ArrayList<>();
        List<String> purposes;
        try {
            purposes = Optional.ofNullable(certificate.getExtendedKeyUsage()).orElse(List.of());
            var all = Optional.ofNullable(certificate.getSubjectAlternativeNames());
            for (List<?> name : all.orElse(List.of())) {
                String text = String.valueOf(name.get(1));
                names.add(
                        switch ((Integer) name.get(0)) {
                            case GeneralName.rfc822Name -> new AlternativeName.Email(text);
                            case GeneralName.dNSName -> new AlternativeName.Dns(text);
                            case GeneralName.uniformResourceIdentifier -> new AlternativeName.Uri(text);
                            case GeneralName.iPAddress -> new AlternativeName.Ip(text);
                            default ->
                                throw new IllegalArgumentException("the certificate has a name of type " + name.get(0)
                                        + ", which a request of ours cannot have");
                        });
            }
        } catch (CertificateParsingException e) {
            throw new IllegalArgumentException("the certificate's names cannot be read", e);
        }
        return new CertificateRequest(
                certificate.getSubjectX500Principal(), names, usages(certificate), purposes, Optional.empty());
    }

    private static Set<Usage> usages(X509Certificate certificate) {
        boolean[] bits = certificate.getKeyUsage();
        if (bits == null) {
            return Set.of(Usage.DIGITAL_SIGNATURE);
        }
        Set<Usage> usages = EnumSet.noneOf(Usage.class);
        for (Usage usage : Usage.values()) {
            if (bits[usage.place]) {
                usages.add(usage);
            }
        }
        return usages;
    }

    /// The same request with a challenge password.
    public CertificateRequest withPassword(String challenge) {
        return new CertificateRequest(subject, names, usages, purposes, Optional.of(challenge));
    }

    /// Waits for the token.
    ///
    /// @return DER
    /// @throws TokenSetback if the token cannot sign now
    /// @throws KeyRefused if the key must not be used
    public byte[] signedBy(SigningKey key, Duration deadline) {
        try {
            var builder = new PKCS10CertificationRequestBuilder(
                    X500Name.getInstance(subject.getEncoded()), SubjectPublicKeyInfo.getInstance(key.spki()));
            ExtensionsGenerator extensions = extensions();
            if (!extensions.isEmpty()) {
                builder.addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate());
            }
            password.ifPresent(challenge -> builder.addAttribute(
                    PKCSObjectIdentifiers.pkcs_9_at_challengePassword,
                    DERPrintableString.isPrintableString(challenge)
                            ? new DERPrintableString(challenge)
                            : new DERUTF8String(challenge)));
            return builder.build(new TokenSigner(key, deadline)).getEncoded();
        } catch (IOException inMemory) {
            throw new IllegalStateException(inMemory);
        }
    }

    private ExtensionsGenerator extensions() throws IOException {
        var extensions = new ExtensionsGenerator();
        if (!names.isEmpty()) {
            var all = names.stream().map(CertificateRequest::generalName).toArray(GeneralName[]::new);
            extensions.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(all));
        }
        if (!usages.isEmpty()) {
            int bits = usages.stream().mapToInt(usage -> usage.bit).reduce(0, (a, b) -> a | b);
            extensions.addExtension(Extension.keyUsage, true, new KeyUsage(bits));
        }
        if (!purposes.isEmpty()) {
            var all = purposes.stream().map(CertificateRequest::purpose).toArray(KeyPurposeId[]::new);
            extensions.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(all));
        }
        return extensions;
    }

    private static GeneralName generalName(AlternativeName name) {
        return switch (name) {
            case AlternativeName.Dns(String dns) -> new GeneralName(GeneralName.dNSName, dns);
            case AlternativeName.Uri(String uri) -> new GeneralName(GeneralName.uniformResourceIdentifier, uri);
            case AlternativeName.Ip(String address) -> new GeneralName(GeneralName.iPAddress, address);
            case AlternativeName.Email(String address) -> new GeneralName(GeneralName.rfc822Name, address);
        };
    }

    private static KeyPurposeId purpose(String dotted) {
        return KeyPurposeId.getInstance(new ASN1ObjectIdentifier(dotted));
    }

    /// What a request (DER) asks, without the signature, which differs each time with most kinds of keys: two
    /// that ask the same for the same key have the same bytes here.
    public static byte[] asked(byte[] request) {
        try {
            return CertificationRequest.getInstance(request)
                    .getCertificationRequestInfo()
                    .getEncoded(ASN1Encoding.DER);
        } catch (IOException | IllegalStateException | ClassCastException notDer) {
            throw new IllegalArgumentException("not a request (PKCS#10) in DER", notDer);
        }
    }

    @Override
    public String toString() {
        return "request for " + subject;
    }
}
