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
        return verify(file, Optional.empty(), trust, proofs, checks);
    }

    /// @param file   of any bytes and length; never changed
    /// @param old    it changes what is said of going on from it, and nothing else
    /// @param proofs asked for each proof in the file
    /// @param checks asked only for anchors on ledgers that the store knows
    public static Verdict verify(
            byte[] file, Optional<OldLog> old, TrustStore trust, AnchorProofCheck proofs, AnchorCheck checks) {
        try {
            var judged = Judged.of(file, trust, proofs, checks);
            var lines = new ArrayList<>(judged.verdict.lines());
            Succession.line(judged.ofSuccession(trust), old(old, trust)).ifPresent(lines::add);
            return new Verdict.Intact(judged.verdict.signer(), lines);
        } catch (EvidenceUnreadable e) {
            return new Verdict.Unreadable(String.valueOf(e.getMessage()));
        } catch (Fault e) {
            return e.verdict();
        }
    }

    /// Evidence of the log that a file's log says it goes on from.
    ///
    /// @param file       of any bytes and length; never changed
    /// @param proofs     asked for each proof in it
    /// @param unreadable why there is no file, in words; empty if there is one
    public record OldLog(byte[] file, AnchorProofCheck proofs, Optional<String> unreadable) {
        public OldLog(byte[] file, AnchorProofCheck proofs) {
            this(file, proofs, Optional.empty());
        }

        /// A file that was named, and could not be read.
        public static OldLog unreadable(String why) {
            return new OldLog(new byte[0], AnchorProofCheck.NONE, Optional.of(why));
        }
    }

    private static Succession.Old old(Optional<OldLog> log, TrustStore trust) {
        if (log.isEmpty()) return new Succession.Old.NotGiven();
        if (log.get().unreadable().isPresent()) {
            return new Succession.Old.Unusable(
                    "cannot be read: " + log.get().unreadable().get());
        }
        try {
            var judged = Judged.of(log.get().file(), trust, log.get().proofs(), AnchorCheck.OFFLINE);
            return new Succession.Old.Intact(judged.ofSuccession(trust));
        } catch (EvidenceUnreadable e) {
            return new Succession.Old.Unusable("cannot be read: " + e.getMessage());
        } catch (Fault e) {
            return new Succession.Old.Unusable("is not valid: " + e.part + ": " + e.getMessage());
        }
    }

    /// A file that is intact, and what the store says of it.
    private record Judged(
            SealedEntry entry, AnchorsOfEntry anchors, List<byte[]> certificates, Verdict.Intact verdict) {
        static Judged of(byte[] file, TrustStore trust, AnchorProofCheck proofs, AnchorCheck checks)
                throws EvidenceUnreadable, Fault {
            var evidence = Evidence.parse(file);
            var entry = SealedEntry.check(evidence);
            var anchors = new AnchorsOfEntry(entry, trust, proofs, checks);
            anchors.check(evidence.shared());
            var certificates = evidence.certificates();
            return new Judged(entry, anchors, certificates, judge(entry, anchors, certificates, trust));
        }

        Succession.Judged ofSuccession(TrustStore trust) {
            int tenure = entry.seals().getLast().tenure();
            var origin = entry.genesis().origin();
            return new Succession.Judged(
                    entry,
                    () -> times(entry, anchors, tenure).stream()
                            .flatMap(at -> trust.certifying(origin, entry.keys(), tenure, certificates, at).stream())
                            .toList(),
                    verdict.signer());
        }
    }

    private static Verdict.Intact judge(
            SealedEntry entry, AnchorsOfEntry anchors, List<byte[]> certificates, TrustStore trust) {
        var lines = new ArrayList<>(Wording.proved(entry));
        Optional<Line> aboutCertificates = Optional.empty();
        Optional<Signer> unknown = Optional.empty();
        var by = new LinkedHashSet<String>();
        for (int tenure : entry.tenures()) {
            var proven = anchors.provenTime(tenure);
            var judged = judge(entry, tenure, certificates, trust, times(entry, anchors, tenure));
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
        lines.addAll(Wording.notChecked(entry, aboutCertificates, anchors));
        return new Verdict.Intact(unknown.orElse(new Signer.Trusted(String.join("; ", by))), lines);
    }

    /// When a key's certificates are judged: at the proved time, if one does then. It tells by when the key had sealed,
    /// and no more: where it is later than what the box's clock said, that may still be right, and a proof takes no
    /// trust away.
    private static List<Instant> times(SealedEntry entry, AnchorsOfEntry anchors, int tenure) {
        var proven = anchors.provenTime(tenure);
        var claimed = entry.firstSealBy(tenure).time().time();
        if (proven.isEmpty()) return List.of(claimed);
        return claimed.isBefore(proven.get()) ? List.of(proven.get(), claimed) : List.of(proven.get());
    }

    private static TrustStore.Trust judge(
            SealedEntry entry, int tenure, List<byte[]> certificates, TrustStore trust, List<Instant> times) {
        var judged = times.stream()
                .map(at -> trust.judge(entry.genesis().origin(), entry.keys(), tenure, certificates, at))
                .toList();
        return judged.stream()
                .filter(found -> !(found instanceof TrustStore.Trust.None))
                .findFirst()
                .orElse(judged.getFirst());
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
