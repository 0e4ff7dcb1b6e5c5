package org.sealpost.anchor;

import static org.sealpost.anchor.PublicationMove.NOTHING;
import static org.sealpost.anchor.PublicationMove.ask;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.sealpost.anchor.Anchored.Trouble;
import org.sealpost.anchor.PublicationMove.Ask;
import org.sealpost.anchor.PublicationMove.Stuck;
import org.sealpost.anchor.PublicationProgress.Item;
import org.sealpost.anchor.PublicationProgress.Phase;

/// What a relay of publications decides, without threads, clocks, disk and network, as [RelayCore] does for heads.
///
/// Several are under way, each with its own phase. A move looks at all that are due, the lowest nonce first, makes and
/// signs as many as there is room for, and then sends what it signed. Any question may be dropped, and the core be made
/// anew from what is durable.
///
/// How a move goes stands here; its parts know those above them in the constructor, and none below.
final class PublicationCore {
    private final PublicationConfig config;
    private final PublicationTerms terms;
    private final PublicationProgress progress;

    private final PublicationTurn turn;
    private final PublicationBudget budget;
    private final PublicationAnswers answers;
    private final PublicationTries tries;
    private final PublicationGiveUps giveUps;
    private final PublicationSetbacks setbacks;
    private final PublicationChanges changes;
    private final PublicationRow row;
    private final PublicationDelays delays;
    private final PublicationSchedule schedule;
    private final PublicationSearch search;
    private final LostPublications lost;
    private final PublicationNumbering numbering;
    private final PublicationSigning signing;
    private final PublicationLanding landing;
    private final PublicationSending sending;

    // The last order to send again that was heard of; empty before the first move.
    private OptionalLong heard = OptionalLong.empty();

    /// @param progress the fold over the relay's journal, which goes on here with each entry that is written
    PublicationCore(PublicationConfig config, PublicationTerms terms, PublicationProgress progress) {
        this.config = config;
        this.terms = terms;
        this.progress = progress;
        turn = new PublicationTurn(config, terms, progress);
        budget = new PublicationBudget(turn);
        answers = new PublicationAnswers(turn);
        tries = new PublicationTries(turn);
        giveUps = new PublicationGiveUps(turn, tries);
        setbacks = new PublicationSetbacks(turn);
        changes = new PublicationChanges(turn);
        row = new PublicationRow(progress);
        delays = new PublicationDelays(turn, row);
        schedule = new PublicationSchedule(turn, budget, tries, giveUps, setbacks, changes, row);
        search = new PublicationSearch(turn, answers, giveUps, setbacks, schedule);
        lost = new LostPublications(turn, answers);
        numbering = new PublicationNumbering(turn, budget, setbacks, lost);
        signing = new PublicationSigning(turn, budget, answers, tries, giveUps, setbacks, schedule);
        var replacing = new PublicationReplacing(turn, answers, giveUps, setbacks, row, delays, signing);
        landing = new PublicationLanding(turn, answers, giveUps, changes, row, delays, replacing);
        sending = new PublicationSending(
                turn, budget, answers, giveUps, setbacks, changes, delays, schedule, search, signing, replacing,
                landing);
    }

    /// @param orders as they are now
    PublicationMove begin(Moment moment, PublicationOrders orders) {
        turn.begin(moment);
        if (!turn.isAnswered()) lost.missAnew();
        budget.begin();
        answers.begin();
        tries.begin();
        setbacks.begin();
        changes.begin();
        row.begin();
        delays.begin();
        schedule.begin();
        lost.begin();
        signing.begin();
        heed(orders);
        if (turn.isParked()) lost.heedPark();
        return turn.noting(turn.durable(this::next));
    }

    private void heed(PublicationOrders said) {
        long resubmitted = said.anchorage().resubmitted();
        if (turn.sendsNothing() && !said.sendNothing()) search.askNow();
        // A start asks anyway, so an order from before it means nothing.
        if (heard.isPresent() && resubmitted > heard.getAsLong()) {
            lost.heedResubmit();
            setbacks.heedResubmit();
            search.askNow();
            schedule.heedResubmit();
        }
        if (heard.isEmpty()) lost.heedResubmitBefore(said.anchorage().resubmittedAt());
        heard = OptionalLong.of(resubmitted);
        turn.heed(said);
    }

    <A> PublicationMove hear(Ask<A> question, A answer, Moment moment) {
        turn.goOn(moment);
        return turn.noting(question.then().apply(answer));
    }

    /// The ledger did not answer.
    ///
    /// @return empty if the question is to be dropped
    Optional<PublicationMove> setBack(Ask<?> question, AnchorageSetback why, Moment moment) {
        if (question.otherwise().isEmpty()) return Optional.empty();
        turn.goOn(moment);
        turn.identifyAnew();
        lost.missAnew();
        return Optional.of(turn.noting(question.otherwise().get().apply(why)));
    }

    // --- how a move goes

    private PublicationMove next() {
        var first = opening(turn.now());
        if (first.isPresent()) return turn.write(first.get(), turn::end);
        var takenUp = giveUps.takenUp();
        if (takenUp.isPresent()) return turn.write(takenUp.get(), turn::end);
        // The log is looked at however long the ledger is away, or stays behind, or holds another one's.
        if (search.stop().isPresent()) {
            return ask(new PublicationWant.RunIsDue(), _ -> search.inSpite(this::lookAhead));
        }
        if (lost.isDue() || lost.stop().isPresent()) {
            return ask(new PublicationWant.RunIsDue(), _ -> turn.onceIdentified(_ -> lookAhead()));
        }
        return schedule.due().isEmpty() ? make() : turn.onceIdentified(_ -> lookAhead());
    }

    /// Where requests land in any order, what became of all of them is asked first, at the same time: the answer waits
    /// for the next block, so that what came into it is found. Those that come next are prepared meanwhile.
    private PublicationMove lookAhead() {
        if (!terms.inAnyOrder()) return findAhead();
        var asked = schedule.due().stream()
                .filter(item -> item.phase() instanceof Phase.UnderWay flight && !sending.maySubmitUnasked(flight))
                .limit(PublicationConfig.MOST_IN_FLIGHT)
                .collect(Collectors.toMap(
                        Item::number, item -> item.request().orElseThrow().request()));
        if (asked.isEmpty()) return findAhead();
        // Before it is known what must come again nothing is signed.
        boolean maySign = !lost.isAllDue() && stop().isEmpty();
        var all = new PublicationWant.Row(
                new PublicationWant.StatusAll(asked),
                terms.origin(),
                maySign ? signing.successors() : List.of(),
                tries.numbers());
        return ask(all, told -> {
            answers.tell(asked, told.states(), told.findings());
            tries.keep(told.tried());
            budget.beginBatch();
            return findAhead();
        });
    }

    /// What it holds of all that may have to be looked at is asked together: where the lowest has landed, most of
    /// those behind it have, too. What is more than a row has is asked for by itself.
    private PublicationMove findAhead() {
        var behind = progress.underWay().filter(item -> !budget.hasLookedAt(item));
        var digests = Stream.concat(schedule.due().stream(), behind)
                .distinct()
                .filter(item -> answers.of(item).isEmpty())
                .limit(PublicationConfig.MOST_IN_FLIGHT)
                .collect(Collectors.toMap(Item::number, Item::wanted));
        if (digests.isEmpty()) return lost.recheck(this::walk);
        return ask(new PublicationWant.FindAll(terms.origin(), digests), findings -> {
            answers.tell(findings);
            if (terms.inAnyOrder()) budget.beginBatch();
            return lost.recheck(this::walk);
        });
    }

    private PublicationMove walk() {
        if (!turn.isIdentified()) return turn.onceIdentified(_ -> walk());
        budget.beginToLook();
        var due = schedule.due();
        // What comes at the end, of however slow a ledger, has its turn all the same.
        if (budget.hasLookedForLong() && budget.hasLooked()) {
            due.removeIf(item ->
                    tries.of(item.number()).isEmpty() && (budget.hasTried() || !progress.isWaiting(item.number())));
        }
        var stop = stop();
        // What gives something up signs nothing.
        if (stop.isPresent()) due.removeIf(item -> !giveUps.isDue(item));
        if (due.isEmpty()) return stop.isEmpty() ? make() : turn.durable(stop::get);
        var item = due.getFirst();
        budget.noteLook(item);
        return schedule.andThen(lookAt(item), item, this::walk);
    }

    private PublicationMove lookAt(Item item) {
        return search.look(
                item,
                there -> there.isPresent()
                        ? landing.found(item, there.get())
                        : giveUps.orGiveUp(item, () -> switch (item.phase()) {
                            case Phase.Waiting _ -> signing.prepare(item);
                            case Phase.UnderWay flight -> sending.goOn(item, flight);
                            case Phase.Seen seen -> landing.gone(seen);
                            case Phase.Aside _ -> NOTHING;
                        }));
    }

    /// A number is durable before the ledger, or anybody else, hears of it.
    private PublicationMove make() {
        return numbering.make(
                made -> made > 0 ? turn.durable(() -> turn.onceIdentified(_ -> lookAhead())) : sending.sendAll());
    }

    // --- what is published

    /// What is to be written before anything else; what comes into the log behind it is published.
    Optional<PublicationEntry> opening(Moment moment) {
        if (progress.opened().isEmpty()) {
            return Optional.of(new PublicationEntry.Opened(config.name(), terms.origin()));
        }
        var said = progress.settings().map(PublicationEntry.Settings::profiles);
        var profiles = profiles(config, progress, terms.size());
        return said.equals(Optional.of(profiles))
                ? Optional.empty()
                : Optional.of(new PublicationEntry.Settings(moment.wall(), terms.size(), profiles));
    }

    /// What is published as the configuration says, and from where: what was published before goes on.
    ///
    /// @param size of the log when the process began
    static List<PublishedProfile> profiles(PublicationConfig config, PublicationProgress progress, long size) {
        var before =
                progress.settings().map(PublicationEntry.Settings::profiles).orElse(List.of());
        long from = progress.settings().isPresent() ? size : Math.min(size, config.begin());
        return config.profiles().stream()
                .map(wanted -> before.stream()
                        .filter(had -> had.profile().equals(wanted.profile()) && had.kind() == wanted.kind())
                        .findFirst()
                        .orElseGet(() -> new PublishedProfile(wanted.profile(), wanted.kind(), from)))
                .sorted(Comparator.comparing(PublishedProfile::profile))
                .toList();
    }

    // --- what people are told

    /// Why nothing is signed, if that is so.
    Optional<Stuck> stop() {
        return search.stop().or(lost::stop);
    }

    /// They are told this: what they order from now on is ordered by somebody who may know it.
    void noteTold(Stuck stuck) {
        lost.noteTold(stuck);
    }

    /// Why something that waits could not be prepared when it was tried last; else why it is not sure what became of
    /// one that is under way.
    Optional<AnchorageSetback> setback() {
        return setbacks.first();
    }

    /// Whether all that the move tried was set back, and nothing else is under way.
    boolean isSetBack() {
        return setbacks.isAll();
    }

    /// How many publications something is remembered of for their next look.
    int scheduled() {
        return schedule.size();
    }

    /// What changes too often to be in earnest, or waits to be included, or to be final, for longer than it
    /// should: what somebody should look at now goes before what may pass. Any thread.
    ///
    /// @param nanos as in a [Moment]
    Optional<Trouble> delay(long nanos) {
        return Trouble.foremost(List.of(changes.told(nanos), delays.told(nanos)));
    }
}
