package org.sealpost.evidence;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/// Judges an evidence file as an outsider would: needs the file and a trust store, no gateway, and no network unless
/// the anchor check brings one.
public final class EvidenceVerifier {
    private EvidenceVerifier() {}

    /// Looks at no proof of an anchor.
    ///
    /// @param file   of any bytes and length; never changed
    /// @param checks asked only for anchors on ledgers that the store knows
    public static Verdict verify(byte[] file, TrustStore trust, AnchorCheck checks) {
        return verify(file, trust, AnchorProofCheck.NONE, checks);
    }

    /// @param file   of any bytes and length; never changed
    /// @param proofs asked for each proof in the file
    /// @param checks asked only for anchors on ledgers that the store knows
    public static Verdict verify(byte[] file, TrustStore trust, AnchorProofCheck proofs, AnchorCheck checks) {
        try {
            var evidence = Evidence.parse(file);
            var entry = SealedEntry.check(evidence);
            var anchors = new AnchorsOfEntry(entry, trust, proofs, checks);
            anchors.check(evidence.shared());
            return judge(entry, anchors, evidence.certificates(), trust);
        } catch (EvidenceUnreadable e) {
            return new Verdict.Unreadable(String.valueOf(e.getMessage()));
        } catch (Fault e) {
            return e.verdict();
        }
    }

    private static Verdict judge(
            SealedEntry entry, AnchorsOfEntry anchors, List<byte[]> certificates, TrustStore trust) {
        var lines = new ArrayList<>(Wording.proved(entry));
        Optional<Line> aboutCertificates = Optional.empty();
        Optional<Signer> unknown = Optional.empty();
        var by = new LinkedHashSet<String>();
        for (int tenure : entry.tenures()) {
            var proven = anchors.provenTime(tenure);
            var claimed = entry.firstSealBy(tenure).time().time();
            var judged = judge(entry, tenure, certificates, trust, proven, claimed);
            by.add(Wording.trustedBy(judged));
            switch (judged) {
                case TrustStore.Trust.Certificate found -> {
                    lines.add(Wording.proved(
                            "certificate", "of " + found.subject() + " under the CA " + found.authority()));
                    // Not in the line above: a head that is left out changes the time, and no proved line may change.
                    aboutCertificates = Optional.of(Wording.notChecked(
                            "certificates",
                            "valid at " + found.at() + ", " + whose(found.at(), proven) + "; at no other time"));
                }
                case TrustStore.Trust.Key _, TrustStore.Trust.Inherited _ -> {
                    if (!certificates.isEmpty() && aboutCertificates.isEmpty()) {
                        aboutCertificates = Optional.of(
                                Wording.notChecked("certificates", "not needed: the trust store names the key"));
                    }
                }
                case TrustStore.Trust.None none -> {
                    if (!certificates.isEmpty()) {
                        var why = none.refusals().isEmpty()
                                ? "no CA for this origin in the trust store"
                                : none.refusals().getFirst();
                        aboutCertificates = Optional.of(Wording.notChecked("certificates", "of no use: " + why));
                    }
                    var key = entry.keys().tenures().get(tenure).key();
                    if (unknown.isEmpty()) {
                        unknown = Optional.of(new Signer.Unknown(
                                key.thumbprint(),
                                TrustFile.naming(entry.genesis().origin(), entry.genesisHash(), key)));
                    }
                }
            }
        }
        lines.addAll(anchors.lines());
        lines.addAll(Wording.notChecked(entry, aboutCertificates, anchors.provesTime()));
        return new Verdict.Intact(unknown.orElse(new Signer.Trusted(String.join("; ", by))), lines);
    }

    /// At the proved time if a certificate does then. It tells by when the key had sealed, and no more: where it
    /// is later than what the box's clock said, that may still be right, and a proof takes no trust away.
    private static TrustStore.Trust judge(
            SealedEntry entry,
            int tenure,
            List<byte[]> certificates,
            TrustStore trust,
            Optional<Instant> proven,
            Instant claimed) {
        var origin = entry.genesis().origin();
        var judged = trust.judge(origin, entry.keys(), tenure, certificates, proven.orElse(claimed));
        if (!(judged instanceof TrustStore.Trust.None)) return judged;
        if (proven.isEmpty() || !claimed.isBefore(proven.get())) return judged;
        var before = trust.judge(origin, entry.keys(), tenure, certificates, claimed);
        return before instanceof TrustStore.Trust.None ? judged : before;
    }

    /// Whose word it is that a key sealed at this time.
    private static String whose(Instant at, Optional<Instant> proven) {
        var claimed = "the claimed time of the first seal in this file";
        return proven.map(time -> time.equals(at)
                        ? "a time that an anchor in this file proves"
                        : claimed + " (the time that an anchor in it proves, " + time + ", is later than their end)")
                .orElse(claimed);
    }
}
