package org.sealpost.app;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.sealpost.evidence.Certificates;

/// Trusts the certificates of a file: a server that shows one of them, whatever name it is asked by, and one that a CA
/// among them vouches for, by its name. The certificate of a box names the addresses that it had when it was made, and
/// whoever compared it with the console knows more than a name.
final class PinnedTrust extends X509ExtendedTrustManager {
    private final List<? extends Certificate> known;
    private final X509ExtendedTrustManager byName;

    private PinnedTrust(List<? extends Certificate> known, X509ExtendedTrustManager byName) {
        this.known = known;
        this.byName = byName;
    }

    /// @throws StartRefused if the file holds no certificates
    static SSLContext context(Path file) {
        try (var in = Files.newInputStream(file)) {
            var known = Certificates.readAll(in);
            if (known.isEmpty()) throw new CertificateException("it holds none");
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null);
            for (int i = 0; i < known.size(); i++) store.setCertificateEntry("known-" + i, known.get(i));
            var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            var context = SSLContext.getInstance("TLS");
            context.init(
                    null,
                    new TrustManager[] {new PinnedTrust(known, (X509ExtendedTrustManager) factory.getTrustManagers()[0])
                    },
                    null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new StartRefused(
                    file + " gives no certificates: " + e.getMessage(), "give --ca a file of certificates in PEM");
        }
    }

    private boolean isKnown(X509Certificate[] chain) {
        return chain.length > 0 && known.contains(chain[0]);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind, SSLEngine engine) throws CertificateException {
        if (!isKnown(chain)) byName.checkServerTrusted(chain, kind, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind, Socket socket) throws CertificateException {
        if (!isKnown(chain)) byName.checkServerTrusted(chain, kind, socket);
    }

    /// Without a connection there is no name to look at, so only a certificate that is known itself will do.
    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind) throws CertificateException {
        if (!isKnown(chain)) throw new CertificateException("the server shows another certificate");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind, SSLEngine engine) throws CertificateException {
        checkClientTrusted(chain, kind);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind, Socket socket) throws CertificateException {
        checkClientTrusted(chain, kind);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind) throws CertificateException {
        throw new CertificateException("this side is no server");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return byName.getAcceptedIssuers();
    }
}
