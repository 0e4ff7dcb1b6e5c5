package org.sealpost.anchor.tsa;

import java.net.URI;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.anchor.tsa.TsaProof;

/// How a time-stamping authority is reached, and by what its word is known.
///
/// @param urls         its servers, 1 to 8, http or https; asked in this order until one answers
/// @param certificates the authority's CA first, then what may lie between it and the certificate of its servers,
///     for those that do not send it along
/// @param policy       under which it has to stamp; empty: under any
/// @param deadline     for each whole answer
public record TsaConfig(
        List<URI> urls, List<X509Certificate> certificates, Optional<String> policy, Duration deadline) {
    private static final int MAX_URLS = 8;
    private static final int MAX_CERTIFICATES = 8;

    public TsaConfig {
        urls = List.copyOf(urls);
        certificates = List.copyOf(certificates);
        if (urls.isEmpty() || urls.size() > MAX_URLS) {
            throw new IllegalArgumentException("an authority has 1 to " + MAX_URLS + " addresses, not " + urls.size());
        }
        for (var url : urls) {
            String scheme = url.getScheme();
            if (url.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
                throw new IllegalArgumentException("an authority's address is http://… or https://…");
            }
        }
        if (urls.stream().anyMatch(url -> url.getUserInfo() != null)) {
            throw new IllegalArgumentException("an authority's address has no user and no password: none is sent");
        }
        if (certificates.isEmpty() || certificates.size() > MAX_CERTIFICATES) {
            throw new IllegalArgumentException("the authority's file has 1 to " + MAX_CERTIFICATES
                    + " certificates, its CA first, not " + certificates.size());
        }
        if (certificates.getFirst().getBasicConstraints() < 0) {
            throw new IllegalArgumentException("the first certificate of the authority's file is not that of a CA");
        }
        if (!deadline.isPositive()) {
            throw new IllegalArgumentException("the deadline is positive, not " + deadline);
        }
        TsaProof.identity(certificates.getFirst(), policy); // refuses a policy that is none
    }

    /// Whom a verifier has to trust.
    public X509Certificate authority() {
        return certificates.getFirst();
    }

    /// The same, DER.
    public byte[] certificate() {
        try {
            return authority().getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read cannot be written", e);
        }
    }

    AnchorIdentity.Tsa identity() {
        return TsaProof.identity(authority(), policy);
    }

    /// A server as messages name it, which strangers may read: without user, path and query, where keys may stand.
    static String name(URI url) {
        return url.getScheme() + "://" + url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort());
    }
}
