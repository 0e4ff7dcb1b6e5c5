package org.sealpost.app;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.sealpost.evidence.Evidence;
import org.sealpost.evidence.SealingCertificate;

/// The certificates that go into every evidence file, as the owner's CA gave them out: PEM, the sealing key's first,
/// then its issuers (docs/formats.md §9).
final class SealingCertificates {
    private SealingCertificates() {}

    /// @param spki of the sealing keys that the log had: a certificate of another key would make evidence that
    ///     nobody can trust
    /// @return DER
    static List<byte[]> read(Path file, byte[]... spki) {
        try {
            var encoded = new ArrayList<byte[]>();
            var chain = new ArrayList<X509Certificate>();
            var factory = CertificateFactory.getInstance("X.509");
            for (var certificate : factory.generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)))) {
                var key = certificate.getPublicKey().getEncoded();
                if (encoded.isEmpty() && Stream.of(spki).noneMatch(ours -> Arrays.equals(ours, key))) {
                    throw new ConfigRefused(file + ": the first certificate is not that of the sealing key");
                }
                encoded.add(certificate.getEncoded());
                chain.add((X509Certificate) certificate);
            }
            if (encoded.isEmpty() || encoded.size() > Evidence.MAX_CERTIFICATES) {
                throw new ConfigRefused(file + " has " + encoded.size() + " certificates, allowed are 1 to "
                        + Evidence.MAX_CERTIFICATES);
            }
            var excess = SealingCertificate.excess(chain);
            if (excess.isPresent()) {
                throw new ConfigRefused(file + ": " + excess.get() + ", and no verifier would accept that; have your CA"
                        + " issue a smaller one");
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
