package org.sealpost.evidence;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;

/// X.509 certificates as strangers hand them over: whatever is wrong with one is said in one way. Any thread.
public final class Certificates {
    private Certificates() {}

    /// One certificate, in PEM or DER, whatever stands behind it.
    ///
    /// @throws CertificateException if it cannot be read; also where the JDK's reader ends with another exception,
    ///     as that of release 25 does for an Ed25519 key of no bytes
    public static X509Certificate read(InputStream in) throws CertificateException {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        } catch (RuntimeException e) {
            throw new CertificateException("it cannot be read: " + e, e);
        }
    }

    /// The same of bytes.
    public static X509Certificate read(byte[] certificate) throws CertificateException {
        return read(new ByteArrayInputStream(certificate));
    }

    /// All of a file, in PEM or one behind the other in DER; may be none.
    public static List<X509Certificate> readAll(InputStream in) throws CertificateException {
        try {
            return CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (RuntimeException e) {
            throw new CertificateException("they cannot be read: " + e, e);
        }
    }
}
