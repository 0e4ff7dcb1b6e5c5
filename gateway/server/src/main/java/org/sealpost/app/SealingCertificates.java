package org.sealpost.app;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.sealpost.evidence.Certificates;
import org.sealpost.evidence.Evidence;
import org.sealpost.evidence.SealingCertificate;

/// The certificates that go into every evidence file, as the owner's CA gave them out: PEM, the sealing key's first,
/// then its issuers (docs/formats.md §9).
final class SealingCertificates {
    static final String NOBODY = "and no reader who trusts the last of them, or its issuer, would accept that";
    static final String REMEDY = "have your CA issue a smaller one";

    private SealingCertificates() {}

    /// For what goes into the log.
    ///
    /// @param spki of the sealing keys that the log had: a certificate of another key would make evidence that
    ///     nobody can trust
    /// @return DER
    /// @throws ConfigRefused also if no reader would accept them who trusts the last of them, or its issuer
    static List<byte[]> read(Path file, byte[]... spki) {
        var chain = readAny(file, spki);
        excess(chain).ifPresent(excess -> {
            throw new ConfigRefused(file + ": " + excess + ", " + NOBODY + "; " + REMEDY);
        });
        return chain;
    }

    /// In words, what one has more of than any reader accepts who trusts the last of them, or its issuer.
    ///
    /// @param chain DER that was read before
    static Optional<String> excess(List<byte[]> chain) {
        try {
            return SealingCertificate.excess(parsed(chain));
        } catch (CertificateException e) {
            throw new IllegalStateException("a certificate that was read before cannot be read again", e);
        }
    }

    /// Why only who trusts the last of them, or one before it, accepts them, in words.
    ///
    /// @param chain DER that was read before
    static Optional<String> narrowness(List<byte[]> chain) {
        try {
            return SealingCertificate.narrowness(parsed(chain));
        } catch (CertificateException e) {
            throw new IllegalStateException("a certificate that was read before cannot be read again", e);
        }
    }

    private static List<X509Certificate> parsed(List<byte[]> chain) throws CertificateException {
        var parsed = new ArrayList<X509Certificate>();
        for (var der : chain) parsed.add(Certificates.read(der));
        return parsed;
    }

    /// Also what [#read] refuses: that spoils evidence, and is no reason to capture nothing.
    static List<byte[]> readAny(Path file, byte[]... spki) {
        try {
            var encoded = new ArrayList<byte[]>();
            for (var certificate : Certificates.readAll(new ByteArrayInputStream(Files.readAllBytes(file)))) {
                var key = certificate.getPublicKey().getEncoded();
                if (encoded.isEmpty() && Stream.of(spki).noneMatch(ours -> Arrays.equals(ours, key))) {
                    throw new ConfigRefused(file + ": the first certificate is not that of the sealing key");
                }
                encoded.add(certificate.getEncoded());
            }
            if (encoded.isEmpty() || encoded.size() > Evidence.MAX_CERTIFICATES) {
                throw new ConfigRefused(file + " has " + encoded.size() + " certificates, allowed are 1 to "
                        + Evidence.MAX_CERTIFICATES);
            }
            return encoded;
        } catch (CertificateEncodingException e) {
            throw new ConfigRefused(file + " has a certificate that cannot be encoded: " + e.getMessage());
        } catch (CertificateException e) {
            throw new ConfigRefused(file + " is not a list of certificates in PEM: " + e.getMessage());
        } catch (IOException e) {
            throw new ConfigRefused(file + " cannot be read: " + e.getMessage());
        }
    }
}
