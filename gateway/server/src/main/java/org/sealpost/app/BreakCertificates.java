package org.sealpost.app;

import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.sealpost.evidence.Certificates;
import org.sealpost.evidence.P256Key;
import org.sealpost.evidence.SealingCertificate;
import org.sealpost.record.Origin;

/// The certificates that cover a break: they stand in the log for ever, and are judged at the hand-over's time, so what
/// a verifier would not take must not get there.
final class BreakCertificates {
    private BreakCertificates() {}

    /// @param at when the hand-over will say that it was made
    /// @return DER
    /// @throws HsmRefusal if a verifier would not take them
    static List<byte[]> read(Path file, P256Key key, Origin origin, Instant at) {
        var chain = SealingCertificates.read(file, key.spki());
        try {
            var first = parse(chain.getFirst());
            var flaw = SealingCertificate.flaw(first, key, origin);
            if (flaw.isPresent()) {
                throw refused(
                        file,
                        "the first certificate is not one for seals of " + origin + " (" + flaw.get()
                                + "): have the CA copy the extensions of the request");
            }
            for (var der : chain) {
                var one = parse(der);
                if (at.isBefore(one.getNotBefore().toInstant())
                        || at.isAfter(one.getNotAfter().toInstant())) {
                    throw refused(
                            file,
                            SealingCertificate.nameOf(one) + " is not valid at " + at
                                    + ", which is what this machine's clock says: set the clock, or have it issued"
                                    + " anew");
                }
            }
            if (chain.size() > 1
                    && SealingCertificate.judge(chain, parse(chain.getLast()), key, origin, at)
                            instanceof SealingCertificate.Refused(var reason)) {
                throw refused(file, reason + ": put the key's certificate first, then its issuer, and so on");
            }
            return chain;
        } catch (CertificateException e) {
            throw refused(file, "a certificate cannot be read: " + e.getMessage());
        }
    }

    private static X509Certificate parse(byte[] der) throws CertificateException {
        return Certificates.read(der);
    }

    private static HsmRefusal refused(Path file, String why) {
        return new HsmRefusal(file + ": " + why + "; nothing was changed", HsmCommand.REFUSED);
    }
}
