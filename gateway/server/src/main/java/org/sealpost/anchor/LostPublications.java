package org.sealpost.anchor;

import static org.sealpost.anchor.PublicationMove.ask;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.sealpost.anchor.PublicationMove.Stuck;

/// What was final and is not there any more: a chain was rolled back, or a node is behind. Nothing is signed before it
/// is known what of it must come again.
final class LostPublications {
    /// So often what was final is looked for again; what is missing for so long somebody should look at.
    private static final Duration RECHECK = Duration.ofMinutes(1);

    /// Where something is missing so many are looked for at least: as many as may have come since it was lost.
    private static final int RECHECKED = 2 * PublicationConfig.MOST_IN_FLIGHT;

    /// So many in an exchange, which whatever stands before a node takes.
    private static final int AT_ONCE = 16;

    /// So long what was final must be missing: a node may be behind, and is to catch up.
    private static final Duration MISSED = Duration.ofMinutes(5);

    private static final String LOST_BY_ITSELF = "none needed: it waits for " + MISSED.toMinutes()
            + " minutes, and until the chain has made a block since; what is still missing then is published again, under"
            + " other numbers; look whether the node has the blocks of its chain, and whether that makes any";

    private static final String WHERE_NOTHING_IS_LOST =
            "look whether a peer was restored from old data, and let it catch up; if the administrators did set the"
                    + " channel back, sealpost anchor resubmit ";

    private static final String LOST_BY_ORDER =
            " has what is missing published again, under other numbers; nothing is signed until then";

    private final PublicationTurn turn;
    private final PublicationTerms terms;
    private final PublicationProgress progress;
    private final PublicationAnswers answers;

    // When what is final is looked for again; empty: all of it, and before anything is signed.
    private OptionalLong nextRecheck = OptionalLong.empty();

    // Below which nonce all were spent for good when that was told last; fewer are where a chain was rolled back.
    private long spentBelow;

    // Which of those that are final are not there, since when, and what is said of it: until that is null nothing is
    // signed.
    private final Set<Long> missing = new TreeSet<>();
    private Optional<Missed> missed = Optional.empty();
    private @Nullable Stuck held;

    // Those of them of which people were told, and those of these of which somebody then ordered to send again, where
    // nothing is lost by itself. The same order means other things, and these may have been told in their place.
    private final Set<Long> told = new TreeSet<>();
    private final Set<Long> saidToBeLost = new TreeSet<>();

    // Whether somebody ordered it before this process began, and after the last one became final: some process may have
    // told him. It counts for what is missing at the first look, which is kept then.
    private boolean wasSaidToBeLost;
    private final Set<Long> saidToBeLostBefore = new TreeSet<>();

    // Those of which this process found that they were lost.
    private final Set<Long> lost = new HashSet<>();

    /// Since when the same ones are missing, with no question that failed, and how far the chain had come then.
    private record Missed(Moment since, long height) {}

    LostPublications(PublicationTurn turn, PublicationAnswers answers) {
        this.turn = turn;
        this.terms = turn.terms();
        this.progress = turn.progress();
        this.answers = answers;
    }

    // --- before a move

    void begin() {
        if (nextRecheck.isPresent() || !progress.published().isEmpty()) return;
        recheckLater();
        // What is final from now on is lost after any order that was heard.
        forgetOrders();
    }

    private void forgetOrders() {
        told.clear();
        saidToBeLost.clear();
        saidToBeLostBefore.clear();
        wasSaidToBeLost = false;
    }

    /// A question failed: what is missing is so from the next answer on.
    void missAnew() {
        missed = Optional.empty();
    }

    /// People are told this.
    void noteTold(Stuck stuck) {
        if (stuck.equals(held)) told.addAll(missing);
    }

    /// Somebody ordered to send again.
    void heedResubmit() {
        saidToBeLost.clear();
        saidToBeLost.addAll(told);
        if (held != null) nextRecheck = OptionalLong.empty();
    }

    /// Somebody ordered that before this process heard of any order. Where nothing is looked for at first there is
    /// nothing that it could count for.
    void heedResubmitBefore(Instant at) {
        wasSaidToBeLost = nextRecheck.isEmpty()
                && progress.lastFinal().filter(last -> at.isAfter(last.at())).isPresent();
    }

    /// While people have it parked nothing is missed. What is withheld passes by itself, so that meanwhile it is looked
    /// for all the same, and what was ordered stands.
    void heedPark() {
        // It was about what was missing then, also where nobody has looked yet.
        forgetOrders();
        if (held == null) return;
        held = null;
        missed = Optional.empty();
        nextRecheck = OptionalLong.empty();
    }

    // --- looked for

    boolean isDue() {
        if (turn.isParked() || progress.published().isEmpty()) return false;
        return nextRecheck.isEmpty() || turn.nanos() - nextRecheck.getAsLong() >= 0;
    }

    /// Whether all that is final is looked for, and nothing may be signed before.
    boolean isAllDue() {
        return isDue() && nextRecheck.isEmpty();
    }

    /// Why nothing is signed, if that is so.
    Optional<Stuck> stop() {
        return Optional.ofNullable(held);
    }

    private void recheckLater() {
        nextRecheck = OptionalLong.of(turn.nanos() + RECHECK.toNanos());
    }

    /// Goes on once it is known what must come again, where that is to be looked for: in the order of the log, so that
    /// another process finds the rest of it among the last ones.
    PublicationMove recheck(Supplier<PublicationMove> then) {
        long spent = answers.spentBelow();
        if (spent > 0 && spent < spentBelow) nextRecheck = OptionalLong.empty();
        if (spent > 0) spentBelow = spent;
        if (!isDue()) return then.get();
        if (nextRecheck.isEmpty() || held != null) return recheckAll(then);
        return ask(unused(Set.of(progress.firstToBeLost().number())), answer -> {
            if (!answer.numbers().isEmpty()) return recheckAll(then);
            recheckLater();
            return then.get();
        });
    }

    private PublicationWant.Unused unused(Set<Long> numbers) {
        return new PublicationWant.Unused(terms.origin(), numbers);
    }

    private PublicationMove recheckAll(Supplier<PublicationMove> then) {
        return recheck(new ArrayList<>(), Optional.empty(), Long.MAX_VALUE, 0, then);
    }

    /// @param gone  those that are not there, as far as they were looked for
    /// @param said  when one was not there last
    /// @param end   of the records of those that were looked for
    /// @param asked how many they were
    private PublicationMove recheck(
            List<PublicationEntry.Made> gone,
            Optional<PublicationLedger.Unused> said,
            long end,
            int asked,
            Supplier<PublicationMove> then) {
        var before = progress.published().headMap(end, false).descendingMap().values().stream()
                .limit(AT_ONCE)
                .toList();
        if (before.isEmpty()) return rechecked(gone, said, then);
        return ask(unused(numbers(before)), answer -> {
            for (var made : before) {
                if (!answer.numbers().contains(made.number())) continue;
                if (terms.comesAgain().test(made)) gone.add(made);
                else progress.forget(made);
            }
            boolean isWhole = answer.numbers().isEmpty();
            int all = asked + before.size();
            var newest = isWhole ? said : Optional.of(answer);
            return isWhole && all >= RECHECKED
                    ? rechecked(gone, newest, then)
                    : recheck(gone, newest, before.getLast().end(), all, then);
        });
    }

    private static Set<Long> numbers(List<PublicationEntry.Made> all) {
        return all.stream().map(PublicationEntry.Made::number).collect(Collectors.toCollection(TreeSet::new));
    }

    private PublicationMove rechecked(
            List<PublicationEntry.Made> gone, Optional<PublicationLedger.Unused> said, Supplier<PublicationMove> then) {
        recheckLater();
        held = null;
        var numbers = numbers(gone);
        if (!missing.containsAll(numbers)) missed = Optional.empty();
        missing.clear();
        told.retainAll(numbers);
        saidToBeLost.retainAll(numbers);
        if (wasSaidToBeLost) saidToBeLostBefore.addAll(numbers);
        saidToBeLostBefore.retainAll(numbers);
        wasSaidToBeLost = false;
        if (gone.isEmpty()) {
            missed = Optional.empty();
            return then.get();
        }
        missing.addAll(numbers);
        var chain = said.orElseThrow();
        var since = missed.orElseGet(() -> new Missed(turn.now(), chain.height()));
        missed = Optional.of(since);
        long height = gone.stream().mapToLong(progress::height).max().orElseThrow();
        long waited = turn.nanos() - since.since.nanos();
        boolean hasLasted = waited >= MISSED.toNanos();
        boolean mayBeLost = terms.losesNothing()
                ? saidToBeLost.containsAll(numbers) || hasLasted && saidToBeLostBefore.containsAll(numbers)
                : hasLasted && wentOn(chain, height, since);
        // While nothing gets a number nothing is lost for good: it is looked for until something does.
        if (mayBeLost && !turn.sendsNothing()) {
            forgetOrders();
            progress.lost(numbers);
            lost.addAll(numbers);
            missing.clear();
            missed = Optional.empty();
            return then.get();
        }
        held = missing(numbers, chain.height(), height, waited >= RECHECK.toNanos());
        return then.get();
    }

    /// Whether what was final is missing on a chain that goes on without it. A node that is merely behind has not
    /// come to its block; and whatever it came to is from before.
    ///
    /// @param height of the highest block that one was in
    private boolean wentOn(PublicationLedger.Unused chain, long height, Missed since) {
        if (chain.height() > height) return true;
        boolean isSince = chain.height() > since.height && chain.time().isAfter(since.since.wall());
        // Its clock may have been set back meanwhile, as of a box without power.
        return isSince
                && progress.lastFinal()
                        .filter(last -> chain.time().isAfter(last.at()))
                        .isPresent();
    }

    /// @param chain  how far it has come
    /// @param height of the highest block that one was in
    private Stuck missing(Set<Long> numbers, long chain, long height, boolean isUrgent) {
        String name = turn.config().name();
        var others = numbers.size() == 1 ? "" : " and " + (numbers.size() - 1) + " more";
        return new Stuck(
                name + " does not hold any more what was final there: number "
                        + numbers.iterator().next() + others + ": its chain was "
                        + (terms.losesNothing() ? "set" : "rolled")
                        + " back, or its node is behind, at block " + chain + ", and that was in block "
                        + height,
                terms.losesNothing() ? WHERE_NOTHING_IS_LOST + name + LOST_BY_ORDER : LOST_BY_ITSELF,
                isUrgent);
    }

    // --- before it gets other numbers

    /// Goes on once those that come next were asked for once more: a node that was behind may have caught up since.
    ///
    /// @param anew where all that were asked for are there: those behind them may be, too
    /// @param then is told which of those that were lost nobody asked for: what may be there gets no other number
    PublicationMove askOnceMore(Supplier<PublicationMove> anew, Function<Set<Long>, PublicationMove> then) {
        var owed = progress.owedAgain().stream()
                .filter(run -> lost.contains(run.number()))
                .toList();
        var asked =
                numbers(owed.stream().filter(terms.comesAgain()).limit(AT_ONCE).toList());
        var unasked = numbers(owed);
        unasked.removeAll(asked);
        if (asked.isEmpty()) return then.apply(unasked);
        return turn.onceIdentified(_ -> ask(unused(asked), answer -> {
            asked.stream().filter(number -> !answer.numbers().contains(number)).forEach(progress::isBack);
            return answer.numbers().isEmpty() ? anew.get() : then.apply(unasked);
        }));
    }
}
