package org.sealpost.evidence;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HashSet;

/// That a certificate names each policy once, as it must (RFC 5280 §4.2.1.4), and no mapping of two twice.
///
/// Who follows policies along a path takes each time that one stands there for a policy of its own, below each of its
/// name in the CA before: where n of one name stand in each of k certificates that is a tree of n^k nodes.
final class DistinctPolicies {
    private static final String POLICIES = "2.5.29.32";
    private static final String MAPPINGS = "2.5.29.33";

    private DistinctPolicies() {}

    static void require(X509Certificate certificate) throws CertificateException {
        require(certificate, POLICIES, 1);
        require(certificate, MAPPINGS, 2);
    }

    /// @param names with which each entry of the extension begins: behind them qualifiers may stand
    private static void require(X509Certificate certificate, String extension, int names) throws CertificateException {
        var value = certificate.getExtensionValue(extension);
        if (value == null) return;
        try {
            var entries = Der.of(Der.of(value).content(Der.OCTET_STRING)).enter(Der.SEQUENCE);
            var seen = new HashSet<String>();
            while (!entries.atEnd()) {
                var entry = entries.enter(Der.SEQUENCE);
                var named = new StringBuilder();
                for (int i = 0; i < names; i++) named.append(entry.identifier()).append(' ');
                if (!seen.add(named.toString())) throw new CertificateException("a certificate has one policy twice");
            }
        } catch (DerMalformed e) {
            throw new CertificateException("a certificate has policies that cannot be read: " + e.getMessage(), e);
        }
    }
}
