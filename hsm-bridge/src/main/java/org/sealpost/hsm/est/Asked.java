package org.sealpost.hsm.est;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;

/// For whom a request asks a certificate.
record Asked(byte[] spki, X500Name subject, List<GeneralName> names) {
    private static final List<String> KINDS =
            List.of("other", "e-mail", "DNS", "X.400", "directory", "EDI", "URI", "IP", "registered");

    /// @param request PKCS#10, DER
    /// @throws IllegalArgumentException if it is none, or not of this key
    static Asked of(byte[] request, byte[] spki) {
        try {
            var read = new PKCS10CertificationRequest(request);
            byte[] its = read.getSubjectPublicKeyInfo().getEncoded(ASN1Encoding.DER);
            if (!Arrays.equals(its, spki)) {
                throw new IllegalArgumentException("the request is of another public key");
            }
            return new Asked(spki, read.getSubject(), names(read.getRequestedExtensions()));
        } catch (IOException | IllegalStateException | ClassCastException e) {
            throw new IllegalArgumentException("not a request (PKCS#10) in DER", e);
        }
    }

    /// What is wrong with a certificate that was issued for this, if anything is.
    Optional<String> objection(X509CertificateHolder issued) {
        if (!issued.getSubject().equals(subject)) {
            return Optional.of(
                    "is of another subject: " + Words.of(issued.getSubject().toString()) + " instead of " + subject);
        }
        List<GeneralName> its = names(issued.getExtensions());
        if (!Set.copyOf(its).equals(Set.copyOf(names))) {
            return Optional.of("is for other names: " + shown(its) + " instead of " + shown(names));
        }
        return Optional.empty();
    }

    private static List<GeneralName> names(Extensions extensions) {
        GeneralNames names =
                extensions == null ? null : GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName);
        return names == null ? List.of() : List.of(names.getNames());
    }

    private static String shown(List<GeneralName> names) {
        var shown = new TreeSet<String>();
        names.forEach(name -> shown.add(KINDS.get(name.getTagNo()) + " " + Words.of(String.valueOf(name.getName()))));
        return shown.isEmpty() ? "none" : Words.of(String.join(", ", shown));
    }
}
