package org.sealpost.evidence.anchor.fabric;

import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.evidence.CertificatePath;
import org.sealpost.evidence.SignatureBudget;
import org.sealpost.evidence.StrongKey;

/// The CAs of an organisation.
///
/// @param between those on the way to a root
record Authorities(List<X509Certificate> roots, List<X509Certificate> between) {
    private static final int MAX_COUNT = 16;

    /// The peer's and its issuers', without the root's.
    private static final int MAX_PATH = 4;

    /// @param config of the organisation's MSP
    static Authorities of(ProtoMessage config) throws DoesNotHold {
        return new Authorities(certificates(config, 2), certificates(config, 3));
    }

    private static List<X509Certificate> certificates(ProtoMessage config, int field) throws DoesNotHold {
        var all = config.all(field);
        if (all.size() > MAX_COUNT) throw config.wrong("has more than " + MAX_COUNT + " CAs of a kind");
        var certificates = new ArrayList<X509Certificate>();
        for (var pem : all) certificates.add(Signatures.certificate(pem, "a CA"));
        return certificates;
    }

    /// That a path leads to one of the roots (RFC 5280), at the moment from which the certificate counts: as in
    /// Fabric, an endorsement does not end with it, and nobody signed when it was made. Revocation is not
    /// looked at.
    ///
    /// Each step takes the first CA that made the certificate before, and none goes back: the CAs are the file's,
    /// and could be made so that all ways through them take for ever. So could their keys: each has to be a
    /// [StrongKey].
    ///
    /// @param whose for messages
    void checkPath(X509Certificate certificate, String whose, SignatureBudget budget) throws DoesNotHold {
        if (roots.isEmpty()) throw new DoesNotHold("the organisation of " + whose + " has no root CA");
        var at = certificate.getNotBefore().toInstant().plus(Duration.ofSeconds(1));
        var path = new ArrayList<>(List.of(certificate));
        var root = issuer(certificate, roots, budget);
        while (root.isEmpty() && path.size() < MAX_PATH) {
            var others = between.stream()
                    .filter(each -> !path.contains(each) && CertificatePath.isValidAt(each, at))
                    .toList();
            var next = issuer(path.getLast(), others, budget);
            if (next.isEmpty()) break;
            path.add(next.get());
            root = issuer(next.get(), roots, budget);
        }
        if (root.isEmpty() || !isValid(path, root.get(), at, budget)) {
            throw new DoesNotHold("the certificate of " + whose + " is not by a CA of that organisation");
        }
    }

    private static Optional<X509Certificate> issuer(
            X509Certificate certificate, List<X509Certificate> authorities, SignatureBudget budget) throws DoesNotHold {
        for (var authority : authorities) {
            if (!CertificatePath.isNamedAsIssuer(certificate, authority)) continue;
            if (!StrongKey.isOne(authority.getPublicKey())) continue;
            Signatures.spend(budget, authority);
            // If not, another CA may have the same name.
            if (CertificatePath.isIssuedBy(certificate, authority)) return Optional.of(authority);
        }
        return Optional.empty();
    }

    private static boolean isValid(List<X509Certificate> path, X509Certificate root, Instant at, SignatureBudget budget)
            throws DoesNotHold {
        if (!budget.spend(path, root)) throw new DoesNotHold(SignatureBudget.SPENT);
        try {
            CertificatePath.check(path, root, at);
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
