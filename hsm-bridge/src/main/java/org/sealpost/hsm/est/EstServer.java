package org.sealpost.hsm.est;

import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;

/// A server and how far we go with it.
///
/// @param base       `https://host[:port]`, optionally with the path of a label: `/.well-known/est/label`
/// @param owners     the CA certificates that the owner gave: nothing else is trusted, and each must be a CA's
/// @param deadline   of one request, from the connection to the last byte
/// @param maxBytes   of one answer
public record EstServer(URI base, List<X509Certificate> owners, Duration deadline, int maxBytes) {
    private static final int KEY_CERT_SIGN = 5;
    private static final String WELL_KNOWN = "/.well-known/est";

    public EstServer {
        owners = List.copyOf(owners);
        String path = base.getRawPath() == null ? "" : base.getRawPath();
        boolean plain = path.isEmpty() || path.equals("/") || path.startsWith(WELL_KNOWN);
        if (!"https".equalsIgnoreCase(base.getScheme()) || base.getHost() == null || !plain) {
            throw new IllegalArgumentException(
                    base + " is no EST server: give https://host:port, or with a label https://host:port" + WELL_KNOWN
                            + "/label");
        }
        if (base.getRawUserInfo() != null || base.getRawQuery() != null || base.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    "an EST server's address has no user, query or fragment: give a password by file");
        }
        if (owners.isEmpty()) {
            throw new IllegalArgumentException(
                    "give the certificate of the owner's CA: without it nobody can be trusted");
        }
        owners.forEach(EstServer::requireCa);
        if (deadline.isNegative() || deadline.isZero() || maxBytes < 1) {
            throw new IllegalArgumentException("a deadline and a size must be positive");
        }
    }

    /// Whoever has any other certificate could issue one for itself, and be believed.
    private static void requireCa(X509Certificate owner) {
        boolean[] usage = owner.getKeyUsage();
        boolean signs = usage == null || usage[KEY_CERT_SIGN];
        if (owner.getBasicConstraints() < 0 || !signs) {
            throw new IllegalArgumentException("the certificate of "
                    + Words.of(owner.getSubjectX500Principal().toString())
                    + " is no CA's: give that of the CA which issues, not one that it has issued");
        }
    }

    /// With 60 seconds and 256 KiB for each answer.
    public static EstServer at(URI base, List<X509Certificate> owners) {
        return new EstServer(base, owners, Duration.ofSeconds(60), 256 * 1024);
    }

    URI operation(String name) {
        String path = base.getRawPath() == null || base.getRawPath().length() <= 1 ? WELL_KNOWN : base.getRawPath();
        String folder = path.endsWith("/") ? path : path + "/";
        return base.resolve(folder + name);
    }
}
