package org.sealpost.anchor;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.sealpost.lodging.Publication;

/// Which records may be published to a ledger, or still be: what is published there as the configuration says,
/// without what is to be erased, or is not there any more. Any thread that may read disks.
final class PublishableRecords {
    private final PublicationConfig config;
    private final PublicationProgress progress;
    private final LongPredicate hides;
    private final RunContents contents;
    private final Map<String, RunFinder.Rule> rules;

    // Whether what was made is still published, by numbers, as far as it was asked: it does not change while the
    // process runs. Any thread.
    private final Map<Long, Boolean> published = new ConcurrentHashMap<>();

    /// Consecutive records.
    record Stretch(long first, int count) {
        static final Stretch NONE = new Stretch(0, 0);

        boolean overlaps(long from, long end) {
            return from < first + count && first < end;
        }
    }

    /// @param hides    whether an entry was ordered to be erased; answers at once
    /// @param profiles what is published, and from where
    PublishableRecords(
            PublicationConfig config,
            PublicationProgress progress,
            LongPredicate hides,
            RunContents contents,
            List<PublishedProfile> profiles) {
        this.config = config;
        this.progress = progress;
        this.hides = hides;
        this.contents = contents;
        this.rules = rules(config, profiles);
    }

    private static Map<String, RunFinder.Rule> rules(PublicationConfig config, List<PublishedProfile> profiles) {
        var within = config.profiles().stream()
                .collect(Collectors.toMap(PublicationConfig.Published::profile, PublicationConfig.Published::within));
        return profiles.stream()
                .collect(Collectors.toMap(
                        PublishedProfile::profile,
                        profile -> new RunFinder.Rule(
                                profile.kind(),
                                profile.from(),
                                Optional.ofNullable(within.get(profile.profile()))
                                        .orElseThrow())));
    }

    /// What is published of each profile, by its name.
    Map<String, RunFinder.Rule> rules() {
        return rules;
    }

    /// The first entry that may be published.
    ///
    /// @param size of the log, for where nothing is
    long begin(long size) {
        return rules.values().stream().mapToLong(RunFinder.Rule::from).min().orElse(size);
    }

    /// Whether the records of a run may still be published as they were to be when it was made: their profile
    /// may have been taken out since, also for a while. Where no leaf can be read, they are not.
    boolean isPublished(PublicationEntry.Made made) {
        var known = published.get(made.number());
        if (known != null) return known;
        var profile = contents.profile(made.first(), made.count());
        boolean found = profile.map(rules::get)
                .filter(rule -> rule.kind() == made.kind() && rule.from() <= made.first())
                .isPresent();
        if (profile.isPresent()) published.put(made.number(), found);
        return found;
    }

    /// Nobody asks for this number any more.
    void forget(long number) {
        published.remove(number);
    }

    /// Whether a run whose number was given up gets no other one, whatever comes: all of it is to be erased, or
    /// its profile is not published that way any more. A leaf that cannot be read says nothing.
    boolean isOver(PublicationEntry.Made made) {
        boolean isHidden = LongStream.range(made.first(), made.end()).allMatch(hides);
        return isHidden || !isPublished(made) && published.containsKey(made.number());
    }

    /// Runs that get another number, as far as they are still published.
    List<PublicationEntry.Made> owed() {
        return progress.owedAgain().stream().filter(this::isOwed).toList();
    }

    /// An order may have come while the number was given up for another reason.
    private boolean isOwed(PublicationEntry.Made made) {
        var order = Optional.ofNullable(config.orders().get().byNumber().get(made.number()));
        return order.filter(PublicationOrders.Order::giveUp).isEmpty() && isPublished(made);
    }

    /// Whether a run whose number is not there any more would get another one.
    boolean comesAgain(PublicationEntry.Made made) {
        return isOwed(made) && shown(made).count > 0;
    }

    Stretch shown(PublicationEntry.Made made) {
        return shown(made.kind(), made.first(), made.end());
    }

    /// The first records among these that may be shown, as far as it is known.
    Stretch shown(Publication.Kind kind, long first, long end) {
        long from = first;
        while (from < end && !mayShow(kind, from)) from++;
        long to = from;
        while (to < end && mayShow(kind, to)) to++;
        return new Stretch(from, (int) (to - from));
    }

    private boolean mayShow(Publication.Kind kind, long index) {
        return !hides.test(index) && !contents.isGone(kind, index);
    }
}
