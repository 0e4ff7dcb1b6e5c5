package org.sealpost.hsm.est;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;

/// What became of a request.
public sealed interface EstOutcome {
    /// A certificate of the key that signed the request, under the owner's CA and good now. `above` are the
    /// certificates from its issuer up to, but without, the owner's.
    record Issued(X509Certificate certificate, List<X509Certificate> above) implements EstOutcome {}

    /// Somebody has to approve it: ask again with the same request after this time (at most a day).
    record Later(Duration retryAfter) implements EstOutcome {}

    /// The server will not, and says so: HTTP status, and its own words as far as they are text (at most 300
    /// characters).
    record Refused(int status, String words) implements EstOutcome {}
}
