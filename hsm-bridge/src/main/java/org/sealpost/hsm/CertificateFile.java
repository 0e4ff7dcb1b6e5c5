package org.sealpost.hsm;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;

/// X.509 certificates as they lie in a file: several in PEM, or one in DER.
public final class CertificateFile {
    private CertificateFile() {}

    /// At least one. Read by the JDK, and where that does not know the kind of a key (SM2, secp256k1) by Bouncy
    /// Castle.
    ///
    /// @throws CertificateException if there is none, or something else
    public static List<X509Certificate> read(byte[] file) throws CertificateException {
        try {
            return certificates(
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(file)));
        } catch (CertificateException | RuntimeException unknown) {
            try {
                var other = new org.bouncycastle.jcajce.provider.asymmetric.x509.CertificateFactory();
                return certificates(other.engineGenerateCertificates(new ByteArrayInputStream(file)));
            } catch (CertificateException | RuntimeException neither) {
                unknown.addSuppressed(neither);
                if (unknown instanceof CertificateException known) throw known;
                throw new CertificateException("it cannot be read: " + unknown, unknown);
            }
        }
    }

    private static List<X509Certificate> certificates(Collection<?> all) throws CertificateException {
        if (all.isEmpty()) {
            throw new CertificateException("it is empty");
        }
        return all.stream().map(X509Certificate.class::cast).toList();
    }
}
