package org.sealpost.ota;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Which of the releases that a source describes this box may take: the rules after TUF's, in their order.
///
/// @param installed the release that runs
/// @param memory    what was confirmed and what fell back here
/// @param room      why there is no room for a bundle; empty if there is
record Choice(Installed installed, Memory memory, Function<ReleaseDescriptor.Bundle, Optional<String>> room) {
    private static final Version NONE = Version.parse("0.0.0");

    /// What can be offered, or why not; both empty if there is nothing newer.
    record Chosen(Optional<Offer> offer, Optional<UpdateAct.Refused> refused) {
        static final Chosen NOTHING_NEWER = new Chosen(Optional.empty(), Optional.empty());
    }

    /// The highest that passes; else why the highest one does not, be it that nobody here can read what it is;
    /// else that there is nothing newer.
    Chosen among(Outcome.Verified found, Offer.From from) {
        var chosen = among(found.releases(), from);
        if (chosen.offer().isPresent()) return chosen;
        var highest = Stream.concat(chosen.refused().stream(), found.refused().stream())
                .max(Comparator.comparing(refused -> refused.version().orElse(NONE)));
        return new Chosen(Optional.empty(), highest);
    }

    /// As above, where each could be read.
    Chosen among(List<ReleaseDescriptor> releases, Offer.From from) {
        var own = releases.stream()
                .filter(release -> release.board().equals(installed.board()))
                .sorted(Comparator.comparing(ReleaseDescriptor::version).reversed())
                .toList();
        if (own.isEmpty() && !releases.isEmpty()) return otherBoards(releases, from);
        Optional<UpdateAct.Refused> first = Optional.empty();
        for (var release : own) {
            if (release.version().compareTo(installed.version()) <= 0) break;
            var refused = refusal(new Offer(release, from));
            if (refused.isEmpty()) return new Chosen(Optional.of(new Offer(release, from)), Optional.empty());
            if (first.isEmpty()) first = refused;
        }
        return first.isEmpty() ? Chosen.NOTHING_NEWER : new Chosen(Optional.empty(), first);
    }

    private Chosen otherBoards(List<ReleaseDescriptor> releases, Offer.From from) {
        var boards = releases.stream()
                .map(ReleaseDescriptor::board)
                .distinct()
                .sorted()
                .limit(8)
                .collect(Collectors.joining(", "));
        return new Chosen(
                Optional.empty(),
                Optional.of(new UpdateAct.Refused(
                        Rule.BOARD,
                        "%s: this box is a %s, and the releases there are for %s; take those of its own board"
                                .formatted(releases.getFirst().targetName(), installed.board(), boards),
                        from,
                        Optional.of(releases.getFirst().targetName()),
                        Optional.empty())));
    }

    /// The first rule that the release does not pass.
    Optional<UpdateAct.Refused> refusal(Offer offer) {
        var release = offer.release();
        int floor = Math.max(memory.epoch(), installed.securityEpoch());
        if (release.version().compareTo(installed.version()) <= 0) {
            return refused(Rule.VERSION, notHigher(release.version()), offer);
        }
        if (release.securityEpoch() < floor) {
            return refused(
                    Rule.EPOCH,
                    "security epoch %d is below %d, which was confirmed here; take a release of epoch %d or more"
                            .formatted(release.securityEpoch(), floor, floor),
                    offer);
        }
        if (release.readsFrom() > installed.dataFormat()) {
            return refused(
                    Rule.DATA_FORMAT,
                    "it reads data from format %d on, and this box writes format %d; install a release in between"
                            .formatted(release.readsFrom(), installed.dataFormat()),
                    offer);
        }
        // What runs may be an older release than the one that wrote last.
        int written = Math.max(memory.dataFormat(), installed.dataFormat());
        if (release.dataFormat() < written) {
            return refused(
                    Rule.DATA_FORMAT,
                    "it knows data up to format %d, and this box has data of format %d; take a release that knows it"
                            .formatted(release.dataFormat(), written),
                    offer);
        }
        if (memory.notAgain().contains(release.version())) {
            return refused(
                    Rule.NOT_AGAIN, "it fell back here before; allow it to be tried again, or release anew", offer);
        }
        return room.apply(release.bundle()).flatMap(why -> refused(Rule.ROOM, why, offer));
    }

    String notHigher(Version version) {
        return "version %s is not higher than the installed %s; only a higher one is installed"
                .formatted(version, installed.version());
    }

    private static Optional<UpdateAct.Refused> refused(String rule, String why, Offer offer) {
        return Optional.of(new UpdateAct.Refused(rule, offer.release().targetName(), why, offer));
    }
}
