package org.sealpost.hsm.est;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;

/// When a certificate is to be renewed.
///
/// @param share of its life, after which it is due; between 0 and 1
public record Renewal(double share) {
    /// After two thirds: the last third is the time in which the server may be away.
    public static final Renewal DEFAULT = new Renewal(2.0 / 3);

    public Renewal {
        if (!(share > 0 && share < 1)) {
            throw new IllegalArgumentException("a certificate is renewed after a share of its life between 0 and 1");
        }
    }

    public Instant dueAt(X509Certificate certificate) {
        Instant from = certificate.getNotBefore().toInstant();
        Duration life = Duration.between(from, certificate.getNotAfter().toInstant());
        return from.plusMillis((long) (life.toMillis() * share));
    }

    public boolean isDue(X509Certificate certificate, Instant now) {
        return !now.isBefore(dueAt(certificate));
    }
}
