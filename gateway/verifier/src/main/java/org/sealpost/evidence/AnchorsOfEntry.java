package org.sealpost.evidence;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;

/// Checks what an evidence file says of anchors, in the order of docs/formats.md §8.
final class AnchorsOfEntry {
    private final SealedEntry entry;
    private final TrustStore trust;
    private final AnchorProofCheck proofs;
    private final AnchorCheck checks;
    private final Hash originId;
    private final List<Line> lines = new ArrayList<>();

    /// By which key of the history, counted from 0, at the earliest.
    private final Map<Integer, Instant> provenTimes = new TreeMap<>();

    private boolean isFollowed;

    AnchorsOfEntry(SealedEntry entry, TrustStore trust, AnchorProofCheck proofs, AnchorCheck checks) {
        this.entry = entry;
        this.trust = trust;
        this.proofs = proofs;
        this.checks = checks;
        this.originId =
                AnchorClaim.originId(entry.genesis().origin(), entry.keys().first());
    }

    /// One line for each anchor, or more.
    List<Line> lines() {
        return List.copyOf(lines);
    }

    /// The earliest time by which a proved anchor shows that this key had sealed.
    Optional<Instant> provenTime(int tenure) {
        return Optional.ofNullable(provenTimes.get(tenure));
    }

    boolean provesTime() {
        return !provenTimes.isEmpty();
    }

    /// Whether a head is proved to be on a ledger that takes one history of a log. What is only claimed of one
    /// anybody may have written: an anchor is under no signature.
    boolean isFollowed() {
        return isFollowed;
    }

    void check(List<byte[]> parts) throws Fault {
        var shared = shared(parts);
        for (int i = 0; i < entry.seals().size(); i++) {
            for (var anchor : entry.seals().get(i).anchors()) check(anchor, i, shared);
        }
    }

    /// Each part is named, once there, and stands in the order in which the proofs name them first: else two files
    /// would say the same.
    private SharedParts shared(List<byte[]> parts) throws Fault {
        var byName = new LinkedHashMap<Hash, byte[]>();
        for (var part : parts) {
            var name = Sha256.of(part);
            if (byName.put(name, part) != null) throw new Fault("shared", "the part " + name + " stands twice");
        }
        var named = new LinkedHashMap<Hash, byte[]>();
        for (int i = 0; i < entry.seals().size(); i++) {
            for (var anchor : entry.seals().get(i).anchors()) {
                for (var name : named(anchor, i)) {
                    var part = byName.get(name);
                    if (part == null) throw new Fault("shared", "a proof names " + name + ", which is not there");
                    named.put(name, part);
                }
            }
        }
        if (named.size() < byName.size()) throw new Fault("shared", "a part that no proof names");
        if (!List.copyOf(named.keySet()).equals(List.copyOf(byName.keySet()))) {
            throw new Fault("shared", "not in the order in which the proofs name them");
        }
        return name -> Optional.ofNullable(byName.get(name)).map(byte[]::clone);
    }

    private List<Hash> named(AnchorClaim anchor, int head) throws Fault {
        try {
            return anchor.sharedParts();
        } catch (CborMalformed e) {
            throw new Fault("anchor", head + 1, where(anchor, head) + "not a proof: " + e.getMessage());
        }
    }

    private void check(AnchorClaim anchor, int head, SharedParts shared) throws Fault {
        boolean isProved = anchor.proof().isPresent() && isProved(anchor, head, shared);
        if (anchor.identity() instanceof AnchorIdentity.Evm chain && trust.knows(chain)) {
            ask(anchor, isProved, head);
        } else if (anchor.proof().isEmpty()) {
            boolean isChain = anchor.identity() instanceof AnchorIdentity.Evm;
            var why = isChain ? ": chain not in the trust store" : "";
            lines.add(Wording.claimed("anchor", where(anchor, head) + "claimed, not checked" + why));
        }
    }

    private boolean isProved(AnchorClaim anchor, int at, SharedParts shared) throws Fault {
        var sealed = entry.seals().get(at);
        var key = entry.keys().inForce(sealed.head().size()).key();
        var anchored = new AnchorProofCheck.Anchored(sealed.head(), originId, key);
        var where = where(anchor, at);
        switch (finding(anchor, anchored, shared, at + 1, where)) {
            case AnchorProofFinding.Proved(var steps, var time) -> {
                var until = time.map(instant -> "; sealed by " + instant).orElse("");
                lines.add(Wording.proved("anchor", where + String.join("; ", steps) + until));
                isFollowed |= takesOneHistory(anchor.identity());
                time.ifPresent(instant ->
                        provenTimes.merge(sealed.tenure(), instant, (one, other) -> one.isBefore(other) ? one : other));
                return true;
            }
            case AnchorProofFinding.Incomplete(var steps, var missing) -> {
                var found = steps.isEmpty() ? "" : ": " + String.join("; ", steps);
                lines.add(Wording.claimed("anchor", where + "claimed, not proved" + found + "; " + missing));
                return false;
            }
            case AnchorProofFinding.Broken(var reason) -> throw new Fault("anchor", at + 1, where + reason);
        }
    }

    /// A file must never end its reader: what no check foresaw is wrong with the proof.
    private AnchorProofFinding finding(
            AnchorClaim anchor, AnchorProofCheck.Anchored anchored, SharedParts shared, int head, String where)
            throws Fault {
        try {
            return proofs.check(anchor, anchored, shared, trust);
        } catch (RuntimeException e) {
            var what = e.getClass().getSimpleName();
            throw new Fault("anchor", head, where + "the proof is of no form that can be checked (" + what + ")");
        }
    }

    private void ask(AnchorClaim anchor, boolean isProved, int at) throws Fault {
        var where = where(anchor, at);
        switch (checks.check(anchor, isProved, originId, entry.seals().get(at).head())) {
            case AnchorFinding.Confirmed(var how) -> {
                lines.add(Wording.proved("anchor", where + how));
                isFollowed |= takesOneHistory(anchor.identity());
            }
            case AnchorFinding.Contradicted(var reason) -> throw new Fault("anchor", at + 1, where + reason);
            case AnchorFinding.NotChecked(var reason) -> {
                if (anchor.proof().isEmpty()) {
                    lines.add(Wording.notChecked("anchor", where + "claimed, not checked: " + reason));
                } else if (checks != AnchorCheck.OFFLINE) {
                    lines.add(Wording.notChecked("anchor", where + "no node told: " + reason));
                }
            }
        }
    }

    private static boolean takesOneHistory(AnchorIdentity where) {
        return switch (where) {
            case AnchorIdentity.Evm _, AnchorIdentity.Fabric _ -> true;
            case AnchorIdentity.Local _, AnchorIdentity.Tsa _ -> false;
        };
    }

    private String where(AnchorClaim anchor, int at) {
        return "head of size " + entry.seals().get(at).head().size() + " on " + anchor.identity() + ": ";
    }
}
