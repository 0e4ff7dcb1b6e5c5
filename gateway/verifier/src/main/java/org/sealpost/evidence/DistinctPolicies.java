package org.sealpost.evidence;

import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.Optional;

/// That a certificate names each policy once, as it must (RFC 5280 §4.2.1.4), and no mapping of two twice.
///
/// Who follows policies along a path takes each time that one stands there for a policy of its own, below each of its
/// name in the CA before: where n of one name stand in each of k certificates that is a tree of n^k nodes.
final class DistinctPolicies {
    private static final String POLICIES = "2.5.29.32";
    private static final String MAPPINGS = "2.5.29.33";

    private DistinctPolicies() {}

    /// What it has instead, in words; empty if each is there once, or none.
    static Optional<String> flaw(X509Certificate certificate) {
        return flaw(certificate, POLICIES, 1).or(() -> flaw(certificate, MAPPINGS, 2));
    }

    /// @param names with which each entry of the extension begins: behind them qualifiers may stand
    private static Optional<String> flaw(X509Certificate certificate, String extension, int names) {
        var value = certificate.getExtensionValue(extension);
        if (value == null) return Optional.empty();
        try {
            var entries = Der.of(Der.of(value).content(Der.OCTET_STRING)).enter(Der.SEQUENCE);
            var seen = new HashSet<String>();
            while (!entries.atEnd()) {
                var entry = entries.enter(Der.SEQUENCE);
                var named = new StringBuilder();
                for (int i = 0; i < names; i++) named.append(entry.identifier()).append(' ');
                if (!seen.add(named.toString())) return Optional.of("one policy twice");
            }
            return Optional.empty();
        } catch (DerMalformed e) {
            return Optional.of("policies that cannot be read: " + e.getMessage());
        }
    }
}
