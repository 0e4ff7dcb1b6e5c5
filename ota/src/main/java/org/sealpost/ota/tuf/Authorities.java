package org.sealpost.ota.tuf;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// Certificates that an operator names: the only ones that a server's certificate may then come from.
final class Authorities {
    private Authorities() {}

    /// @throws IllegalArgumentException with a sentence, if these are no certificates
    static SSLContext trusting(String pem) {
        try {
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int count = 0;
            for (var certificate : CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))) {
                store.setCertificateEntry("authority-" + count++, certificate);
            }
            if (count == 0) throw new IllegalArgumentException("there is no certificate in the PEM text");
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            var context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException notPem) {
            throw new IllegalArgumentException("these are not certificates in PEM: " + notPem.getMessage(), notPem);
        }
    }
}
