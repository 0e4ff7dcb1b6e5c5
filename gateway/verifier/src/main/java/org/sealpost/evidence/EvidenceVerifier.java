package org.sealpost.evidence;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/// Judges an evidence file as an outsider would: needs the file and a trust store, no gateway, and no network unless
/// the anchor check brings one.
public final class EvidenceVerifier {
    private EvidenceVerifier() {}

    /// @param file   of any bytes and length; never changed
    /// @param checks asked only for anchors on ledgers that the store knows
    public static Verdict verify(byte[] file, TrustStore trust, AnchorCheck checks) {
        try {
            var evidence = Evidence.parse(file);
            var entry = SealedEntry.check(evidence);
            var anchors = anchors(entry, trust, checks);
            return judge(entry, anchors, evidence.certificates(), trust);
        } catch (EvidenceUnreadable e) {
            return new Verdict.Unreadable(String.valueOf(e.getMessage()));
        } catch (Fault e) {
            return e.verdict();
        }
    }

    private static List<Line> anchors(SealedEntry entry, TrustStore trust, AnchorCheck checks) throws Fault {
        var originId =
                AnchorClaim.originId(entry.genesis().origin(), entry.keys().first());
        var lines = new ArrayList<Line>();
        for (int i = 0; i < entry.seals().size(); i++) {
            var head = entry.seals().get(i).head();
            for (var anchor : entry.seals().get(i).anchors()) {
                var where = "head of size " + head.size() + " on " + anchor.identity() + ": ";
                if (!(anchor.identity() instanceof AnchorIdentity.Evm chain)) {
                    lines.add(Wording.claimed("anchor", where + "claimed, not checked"));
                } else if (!trust.knows(chain)) {
                    lines.add(Wording.claimed("anchor", where + "claimed, not checked: chain not in the trust store"));
                } else {
                    lines.add(
                            switch (checks.check(chain, originId, head)) {
                                case AnchorFinding.Confirmed found -> Wording.proved("anchor", where + found.how());
                                case AnchorFinding.NotChecked found ->
                                    Wording.notChecked("anchor", where + "claimed, not checked: " + found.reason());
                                case AnchorFinding.Contradicted found ->
                                    throw new Fault("anchor", i + 1, where + found.reason());
                            });
                }
            }
        }
        return lines;
    }

    private static Verdict judge(SealedEntry entry, List<Line> anchors, List<byte[]> certificates, TrustStore trust) {
        var lines = new ArrayList<>(Wording.proved(entry));
        Optional<Line> aboutCertificates = Optional.empty();
        Optional<Signer> unknown = Optional.empty();
        var by = new LinkedHashSet<String>();
        for (int tenure : entry.tenures()) {
            // No anchor proves a time yet, so certificates are judged at the earliest time that the box claims.
            var at = entry.firstSealBy(tenure).time().time();
            var judged = trust.judge(entry.genesis().origin(), entry.keys(), tenure, certificates, at);
            by.add(Wording.trustedBy(judged));
            switch (judged) {
                case TrustStore.Trust.Certificate found -> {
                    lines.add(Wording.proved(
                            "certificate", "of " + found.subject() + " under the CA " + found.authority()));
                    // Not in the line above: a head that is left out changes the time, and no proved line may change.
                    aboutCertificates = Optional.of(Wording.notChecked(
                            "certificates",
                            "valid at " + at + ", the claimed time of the first seal in this file; at no other time"));
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
        lines.addAll(anchors);
        lines.addAll(Wording.notChecked(entry, aboutCertificates));
        return new Verdict.Intact(unknown.orElse(new Signer.Trusted(String.join("; ", by))), lines);
    }
}
