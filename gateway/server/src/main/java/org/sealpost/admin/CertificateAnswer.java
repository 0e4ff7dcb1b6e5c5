package org.sealpost.admin;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.sealpost.evidence.CertificatePath;
import org.sealpost.evidence.Certificates;
import org.sealpost.evidence.Evidence;
import org.sealpost.evidence.P256Key;
import org.sealpost.evidence.SealingCertificate;
import org.sealpost.record.Origin;

/// What is to be said to the certificates that an owner uploads: a CA's answer to the certificate request.
sealed interface CertificateAnswer {
    int MAX_SIZE_BYTES = 256 << 10;

    /// @param chain DER, the sealing key's first
    record Accepted(List<byte[]> chain) implements CertificateAnswer {}

    /// @param sentence names the rule and the remedy
    record Refused(String sentence) implements CertificateAnswer {}

    Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----([^-]*)-----END \\1-----");

    Pattern BEGIN_OR_END = Pattern.compile("--(BEGIN|END) [A-Z0-9 ]{1,40}--");

    /// @param at what has ended before this is expired
    static CertificateAnswer judge(byte[] upload, P256Key key, Origin origin, Instant at) {
        try {
            var chain = parse(upload);
            return objection(chain, key, origin, at)
                    .<CertificateAnswer>map(Refused::new)
                    .orElseGet(() -> new Accepted(
                            chain.stream().map(CertificateAnswer::der).toList()));
        } catch (Unreadable e) {
            return new Refused(String.valueOf(e.getMessage()));
        } catch (CertificateException e) {
            return new Refused("The first certificate has extensions that cannot be read; have it issued again.");
        }
    }

    /// Why an upload is no list of certificates.
    final class Unreadable extends Exception {
        private static final long serialVersionUID = 1;

        Unreadable(String sentence) {
            super(sentence);
        }
    }

    private static List<X509Certificate> parse(byte[] upload) throws Unreadable {
        if (upload.length > MAX_SIZE_BYTES) {
            throw new Unreadable("The upload has " + upload.length + " bytes, allowed are " + MAX_SIZE_BYTES
                    + "; upload the sealing key's certificate and its issuers, nothing else.");
        }
        var certificates = new ArrayList<X509Certificate>();
        var text = new String(upload, StandardCharsets.ISO_8859_1);
        var blocks = BLOCK.matcher(text);
        int whole = 0;
        while (blocks.find()) {
            whole++;
            if (!blocks.group(1).equals("CERTIFICATE")) {
                throw new Unreadable("The upload has a block \"" + blocks.group(1)
                        + "\", expected are blocks \"CERTIFICATE\" only; leave the other one out.");
            }
            if (certificates.size() == Evidence.MAX_CERTIFICATES) {
                throw new Unreadable("The upload has more than " + Evidence.MAX_CERTIFICATES
                        + " certificates; upload the sealing key's and its issuers only.");
            }
            certificates.add(certificate(blocks.group(2), certificates.size() + 1));
        }
        if (certificates.isEmpty()) {
            throw new Unreadable("There is no certificate in PEM in the upload, which would begin with"
                    + " \"-----BEGIN CERTIFICATE-----\"; convert one in DER with: openssl x509 -inform DER -in FILE.");
        }
        // Else an issuer that was cut off would be missed when it is too late.
        if (BEGIN_OR_END.matcher(text).results().count() != 2L * whole) {
            throw new Unreadable(
                    "The upload has a block that is not whole, from its line -----BEGIN to its line -----END;"
                            + " upload the file as your CA gave it out, unchanged.");
        }
        return certificates;
    }

    private static X509Certificate certificate(String base64, int number) throws Unreadable {
        try {
            var in = new ByteArrayInputStream(Base64.getMimeDecoder().decode(base64));
            var certificate = Certificates.read(in);
            if (certificate != null && in.available() == 0) return certificate;
        } catch (CertificateException | IllegalArgumentException e) {
            // Said below: what a parser thinks of it helps nobody.
        }
        throw new Unreadable("Certificate " + number + " of the upload cannot be read;"
                + " upload the file as your CA gave it out, unchanged.");
    }

    private static Optional<String> objection(List<X509Certificate> chain, P256Key key, Origin origin, Instant at)
            throws CertificateException {
        var first = chain.getFirst();
        var flaw = SealingCertificate.flaw(first, key, origin);
        if (flaw.isPresent()) return Optional.of(sentence(flaw.get(), first, key, origin));
        for (var certificate : chain) {
            var end = certificate.getNotAfter().toInstant();
            if (end.isBefore(at)) {
                return Optional.of("The certificate " + name(certificate) + " ended at " + end
                        + ", and this box knows that it is " + at + " or later; have your CA issue one that is valid.");
            }
        }
        // As the path of one that comes alone cannot be judged here: its issuer is the owner's to name.
        var excess = SealingCertificate.excess(chain);
        if (excess.isPresent()) {
            return Optional.of(NOBODY + excess.get() + "; have your CA issue a smaller one.");
        }
        for (int i = 0; i + 1 < chain.size(); i++) {
            if (!CertificatePath.isIssuedBy(chain.get(i), chain.get(i + 1))) {
                return Optional.of(
                        "Certificate " + (i + 1) + ", " + name(chain.get(i)) + ", is not signed by certificate "
                                + (i + 2) + ", " + name(chain.get(i + 1))
                                + "; put the sealing key's first, then its issuer, then the issuer's issuer.");
            }
        }
        return chain.size() == 1 ? Optional.empty() : brokenPath(chain, key, origin, at);
    }

    private static String sentence(
            SealingCertificate.Flaw flaw, X509Certificate certificate, P256Key key, Origin origin) {
        return switch (flaw) {
            case OTHER_KEY ->
                "The first certificate is for the key "
                        + Fingerprint.of(certificate.getPublicKey().getEncoded())
                        + ", and the sealing key of this box is " + Fingerprint.of(key.spki())
                        + "; have the request of this box signed, and upload the answer to it first.";
            case NO_NAME ->
                "The certificate lacks the subject alternative name URI " + SealingCertificate.name(origin) + "; "
                        + COPY;
            case NO_KEY_USAGE -> "The certificate lacks the key usage digitalSignature; " + COPY;
            case NO_SEAL_USAGE ->
                "The certificate lacks the extended key usage " + SealingCertificate.SEALS_OF_SEALPOST + "; " + COPY;
        };
    }

    String NOBODY = "No reader who trusts the last of these certificates, or its issuer, would accept them: ";

    String COPY = "have your CA copy the extensions of the request, with OpenSSL: -copy_extensions copyall.";

    /// Asks as a verifier would who trusts the last certificate, at a time at which all of them have begun.
    private static Optional<String> brokenPath(List<X509Certificate> chain, P256Key key, Origin origin, Instant at) {
        var when = chain.stream()
                .map(certificate -> certificate.getNotBefore().toInstant())
                .filter(begin -> begin.isAfter(at))
                .max(Instant::compareTo)
                .orElse(at);
        var der = chain.stream().map(CertificateAnswer::der).toList();
        return switch (SealingCertificate.judge(der, chain.getLast(), key, origin, when)) {
            case SealingCertificate.Certified _ -> Optional.empty();
            case SealingCertificate.Refused(var reason) ->
                Optional.of(
                        NOBODY + reason + "; have your CA issue one whose issuers are CAs and valid as long as it is.");
        };
    }

    private static String name(X509Certificate certificate) {
        return SealingCertificate.nameOf(certificate);
    }

    private static byte[] der(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateException e) {
            throw new IllegalStateException("a certificate that was parsed can be encoded", e);
        }
    }
}
