package org.sealpost.anchor;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.sealpost.anchor.PublicationProgress.Item;
import org.sealpost.anchor.PublicationProgress.Phase;
import org.sealpost.anchor.PublicationRelay.SetAside;
import org.sealpost.anchor.PublishingFolder.Part;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.lodging.Place;
import org.sealpost.merkle.Hash;

/// How the publications to a ledger stand, by the journal of their relay alone: no gateway needs to run for it, and one
/// may.
///
/// @param ledger   who the ledger is; empty until it was reached for the first time
/// @param open     the numbers of those that are not final
/// @param waiting  how many of these were not set aside
/// @param oldest   the lowest of those that wait
/// @param setAside those that are not tried any more, the lowest number first
/// @param last     the one of the highest number that is final, whichever became so last
/// @param pace     how fast they became final of late
/// @param owedAgain runs of records whose number was given up, and that were to get another one; also those
///     of which nothing may be shown any more
/// @param unmade   which sealed records have no number yet: by the name of each profile that is published
///     the index from which on none has
/// @param files    what the relay's folder holds as long as it is needed: SHA-256 by the name of the file
public record PublicationStanding(
        Optional<AnchorIdentity> ledger,
        Set<Long> open,
        long waiting,
        Optional<Waiting> oldest,
        List<SetAside> setAside,
        Optional<Published> last,
        Pace pace,
        long owedAgain,
        Map<String, Long> unmade,
        Map<String, Hash> files) {
    public PublicationStanding {
        open = Set.copyOf(open);
        setAside = List.copyOf(setAside);
        unmade = Map.copyOf(unmade);
        files = Map.copyOf(files);
    }

    /// @param since when it got its number
    public record Waiting(long number, Instant since) {}

    /// @param since when it was seen there beyond being taken back
    public record Published(long number, Place place, Instant since) {}

    static PublicationStanding of(PublicationProgress progress) {
        var all = progress.open().values();
        var waiting = all.stream()
                .filter(item -> !(item.phase() instanceof Phase.Aside))
                .toList();
        var files = new TreeMap<String, Hash>();
        for (var item : all) {
            if (item.needs(Part.REQUEST)) {
                var request = item.request().orElseThrow().request();
                files.put(PublishingFolder.name(item.number(), Part.REQUEST), request.hash());
            }
            if (item.needs(Part.CONTENT)) {
                files.put(
                        PublishingFolder.name(item.number(), Part.CONTENT),
                        item.made().content());
            }
        }
        return new PublicationStanding(
                progress.reached().map(PublicationEntry.Reached::ledger),
                all.stream().map(Item::number).collect(Collectors.toSet()),
                waiting.size(),
                waiting.stream()
                        .findFirst()
                        .map(item -> new Waiting(item.number(), item.made().at())),
                all.stream().map(Item::aside).flatMap(Optional::stream).toList(),
                progress.highestFinal().map(last -> new Published(last.number(), last.place(), last.at())),
                progress.pace(),
                progress.owedAgain().size(),
                unmade(progress),
                files);
    }

    private static Map<String, Long> unmade(PublicationProgress progress) {
        return progress.settings().map(PublicationEntry.Settings::profiles).orElse(List.of()).stream()
                .collect(Collectors.toMap(
                        PublishedProfile::profile, profile -> Math.max(profile.from(), progress.madeEnd())));
    }
}
