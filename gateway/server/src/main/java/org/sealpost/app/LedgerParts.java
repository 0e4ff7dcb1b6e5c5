package org.sealpost.app;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.admin.AnchorFigures;
import org.sealpost.admin.LedgerState;
import org.sealpost.admin.PublishingState;
import org.sealpost.anchor.Anchored;
import org.sealpost.anchor.LodgedHead;
import org.sealpost.anchor.Relay;
import org.sealpost.control.ControlState;

/// How lodging stands, as the page Ledgers and the metrics have it.
///
/// @param settings of each relay
/// @param retention what must be final somewhere before it goes, where anything goes
/// @param publications what is published beside them
record LedgerParts(
        List<Anchored> relays,
        List<AnchorageSettings> settings,
        Optional<RetentionSettings> retention,
        Publications publications) {
    /// Reads disks.
    ///
    /// @param entries how many the log has
    /// @param named   whether with the lines for trust files; of a channel that takes a whole proof of its own
    List<LedgerState> states(long entries, boolean named) throws IOException {
        var all = new ArrayList<LedgerState>();
        for (var anchored : relays) {
            List<LodgedHead> heads =
                    anchored instanceof Relay relay ? relay.newestFinals(LedgerState.MAX_HEADS) : List.of();
            var its = settings(anchored.name());
            all.add(new LedgerState(
                    anchored.name(),
                    anchored.identity(),
                    anchored.convincesOthers(),
                    retention.filter(settings -> settings.requires(anchored)).isPresent(),
                    named ? TrustLine.of(its, anchored, heads) : Optional.empty(),
                    heads,
                    Math.max(0, entries - anchored.largestFinal()),
                    anchored.trouble(),
                    publications.state(anchored.name()),
                    its instanceof FabricSettings fabric ? fabric.warning() : Optional.empty()));
        }
        return all;
    }

    private AnchorageSettings settings(String name) {
        return settings.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /// Asks no disk.
    List<AnchorFigures> figures(long entries, ControlState control) {
        return relays.stream()
                .map(anchored -> new AnchorFigures(
                        anchored.name(),
                        anchored.largestFinal(),
                        Math.max(0, entries - anchored.largestFinal()),
                        control.of(anchored.name()).parked().isPresent(),
                        anchored.trouble().isPresent(),
                        publications
                                .state(anchored.name())
                                .map(PublishingState::waiting)
                                .orElse(0L)))
                .toList();
    }
}
