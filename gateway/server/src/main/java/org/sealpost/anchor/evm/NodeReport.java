package org.sealpost.anchor.evm;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.sealpost.anchor.evm.Node.Look;
import org.sealpost.evidence.AnchorIdentity;

/// How one of a chain's nodes is, for people.
///
/// @param name   without what may be secret of its address
/// @param words  who it says it is, its newest block, how long it took to say so; or what is wrong with it
/// @param remedy empty where nothing is to be done
public record NodeReport(String name, boolean isWell, String words, String remedy) {
    /// @param known      who the chain was when it was reached first; empty if it never was
    /// @param stalledAfter from which age of its newest block on a node stands still
    static List<NodeReport> of(List<Look> looks, Optional<AnchorIdentity> known, Duration stalledAfter) {
        var seen = looks.stream()
                .filter(Look.Seen.class::isInstance)
                .map(Look.Seen.class::cast)
                .toList();
        var right = known.or(() -> seen.stream().findFirst().map(Look.Seen::identity));
        // Of equals the first, which is the one that is used.
        var best = seen.stream()
                .filter(look -> Optional.of(look.identity()).equals(right)
                        && look.syncing().isEmpty())
                .min(Comparator.comparingLong(
                        (Look.Seen look) -> -look.newest().place().height()));
        var reports = new ArrayList<NodeReport>();
        for (var look : looks) reports.add(report(look, right, best, stalledAfter));
        return reports;
    }

    private static NodeReport report(
            Look look, Optional<AnchorIdentity> right, Optional<Look.Seen> best, Duration stalledAfter) {
        return switch (look) {
            case Look.Failed(var node, var why, var _) ->
                new NodeReport(node.name(), false, String.valueOf(why.getMessage()), why.remedy());
            case Look.Seen seen -> {
                var now = Instant.now();
                var time = Standstill.time(seen.newest());
                String words =
                        seen.identity() + ", block " + seen.newest().place().height() + " of " + time + ", "
                                + Duration.between(time, now).toSeconds() + " s ago, told in "
                                + seen.latency().toMillis() + " ms";
                var fault = fault(seen, right, best);
                if (fault.isPresent()) {
                    yield new NodeReport(
                            seen.node().name(),
                            false,
                            words + "; " + fault.get(),
                            "it is not believed as it is; look at the node");
                }
                if (Standstill.isOld(seen.newest(), now, stalledAfter)) {
                    words += "; a chain that makes blocks without transactions stands still";
                }
                yield new NodeReport(seen.node().name(), true, words, "");
            }
        };
    }

    private static Optional<String> fault(Look.Seen look, Optional<AnchorIdentity> right, Optional<Look.Seen> best) {
        if (!Optional.of(look.identity()).equals(right)) {
            return Optional.of("it is of another chain than "
                    + right.map(AnchorIdentity::toString).orElse("none"));
        }
        if (look.syncing().isPresent()) {
            return Optional.of("it is still catching up, at " + look.syncing().get());
        }
        if (best.isEmpty() || best.get() == look) return Optional.empty();
        try {
            var place = look.newest().place();
            var there = best.get().node().chain().block(Hex.quantity(place.height()));
            boolean isSame = there.isPresent() && there.get().place().equals(place);
            return isSame
                    ? Optional.empty()
                    : Optional.of("node " + best.get().node().name() + " has another block " + place.height()
                            + ": one of them is cut off from the chain, or it is being reorganised");
        } catch (IOException e) {
            return Optional.empty(); // then it is said of that node
        }
    }
}
