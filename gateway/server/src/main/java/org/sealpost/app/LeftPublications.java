package org.sealpost.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sealpost.app.inspect.OrderedErasures;
import org.sealpost.archive.erasure.Erasures;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.Leaf;
import org.sealpost.seal.LeafArchive;
import org.sealpost.seal.Leaves;

/// What was to be published under the name of an origin that ended, and was not: nobody publishes under that
/// name any more. What no seal covers is not of it, since it goes on.
///
/// @param anchorage  where it was to be published
/// @param underWay   publications that are not final; what was sent may come there yet
/// @param setAside   those that were not tried any more
/// @param owedAgain  runs of records that were to get another number
/// @param unnumbered sealed records that had no number yet
record LeftPublications(String anchorage, long underWay, long setAside, long owedAgain, long unnumbered) {
    /// To all anchorages to which something ever was to be published.
    ///
    /// @throws IOException if it cannot be told
    static List<LeftPublications> in(Path data) throws IOException {
        var left = new ArrayList<LeftPublications>();
        for (var name : RelayOnDisk.names(data, List.of(Publications.JOURNAL)))
            of(data, name).ifPresent(left::add);
        return left;
    }

    private static Optional<LeftPublications> of(Path data, String anchorage) throws IOException {
        var found = PublishingStanding.onDisk(data, anchorage);
        if (found.isEmpty()) return Optional.empty();
        var standing = found.get();
        var left = new LeftPublications(
                anchorage,
                standing.waiting(),
                standing.setAside().size(),
                standing.owedAgain(),
                unnumbered(data, standing.unmade()));
        return left.isNothing() ? Optional.empty() : Optional.of(left);
    }

    private static long unnumbered(Path data, Map<String, Long> unmade) throws IOException {
        long from = unmade.values().stream().mapToLong(Long::longValue).min().orElse(Long.MAX_VALUE);
        long sealed = RelayOnDisk.sealedSize(data);
        if (from >= sealed) return 0;
        var hides = OrderedErasures.in(data.resolve(Erasures.KIND));
        long[] count = {0};
        try (var entries = StoredLog.journal(data, SalvageSwap.ENTRIES, 0)) {
            var leaves = Leaves.unchecked(entries, data.resolve(LeafArchive.FOLDER));
            leaves.scan(from, Math.toIntExact(sealed - from), (index, leaf) -> {
                if (index >= unmade.getOrDefault(profile(leaf), Long.MAX_VALUE) && !hides.test(index)) count[0]++;
            });
        }
        return count[0];
    }

    private static String profile(byte[] leaf) {
        try {
            return Leaf.parse(leaf) instanceof HeaderLeaf header ? header.profile() : "";
        } catch (CborMalformed e) {
            // What is not what intake writes nobody publishes.
            return "";
        }
    }

    private boolean isNothing() {
        return underWay + setAside + owedAgain + unnumbered == 0;
    }

    String sentence() {
        var what = new ArrayList<String>();
        if (underWay > 0) what.add(counted(underWay, "publication") + " under way, which may come there yet");
        if (setAside > 0) what.add(setAside + " set aside");
        if (owedAgain > 0) what.add(counted(owedAgain, "run") + " that waited for another number");
        if (unnumbered > 0) what.add(counted(unnumbered, "sealed record") + " without a number");
        return "To " + anchorage + " nobody publishes any more what was left: " + String.join("; ", what) + ".";
    }

    private static String counted(long count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    void tell(ObjectNode json) {
        json.put("anchorage", anchorage)
                .put("underWay", underWay)
                .put("setAside", setAside)
                .put("owedAgain", owedAgain)
                .put("unnumbered", unnumbered);
    }
}
