package org.sealpost.anchor.evm;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.evm.Node.Look;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.lodging.Place;

/// The nodes of one chain: which of them is asked, and which of the others vouch for what it says.
///
/// Each tells by itself who it is. Of those that are of the right chain and not catching up, the one with the
/// highest block is used, the first of equals. One that gives no answer is left alone for [#REST], so a dead
/// one costs its deadline once in that time.
///
/// [#look] and [#all] may be used by any thread, the rest belongs to one.
final class Endpoints implements AutoCloseable {
    static final Duration REST = Duration.ofMinutes(1);

    /// So that a node that is silent has failed by then, and is not taken for one that is slow.
    private static final Duration A_LITTLE = Duration.ofMillis(250);

    private final List<Node> all;
    private final Optional<SealpostContract.At> contract;
    private final Duration deadline;
    private final Duration trustInTheHighest;
    private final LongSupplier nanoTime;

    // Who the chain is, once it was told.
    private Optional<AnchorIdentity> known = Optional.empty();

    // By those that gave no answer: until when each is left alone.
    private final Map<Node, Long> resting = new HashMap<>();

    // Those that were looked at to the end once, and those of them that were right when they told last.
    private final Set<Node> hadTheirTime = new HashSet<>();
    private final Set<Node> wereRight = new HashSet<>();

    // Right ones that were late in the last choice that they were part of: they still confirm what others say.
    private final Set<Node> late = new HashSet<>();

    // What each of these said against a log, two others that had come as far said otherwise.
    private final Set<Node> outvoted = new HashSet<>();

    // The right ones of the last choice, the used one first; none before there was one, or after that one failed.
    private List<Look.Seen> chosen = List.of();

    private @Nullable Highest highest;

    // Since when the one that is used is short of a block that somebody knows of.
    private OptionalLong shortSince = OptionalLong.empty();

    /// The highest block that any of them had, and when it was the highest of those that answered last.
    private record Highest(Node node, long height, long nanos) {}

    /// @param contract empty before there is one
    Endpoints(EvmConfig config, Optional<SealpostContract.At> contract, LongSupplier nanoTime) {
        this.all = config.nodes().stream()
                .map(address -> Node.of(address, config.deadline()))
                .toList();
        this.contract = contract;
        this.deadline = config.deadline();
        this.trustInTheHighest = config.stalledAfter();
        this.nanoTime = nanoTime;
    }

    List<Node> all() {
        return all;
    }

    /// Looks at each of these, all at once, to the end. Each answer has its deadline, so one that is silent
    /// costs one, and one that is slow [Node#MOST_CALLS_OF_A_LOOK] at most.
    List<Look> look(List<Node> nodes) {
        return look(nodes, _ -> false);
    }

    /// @param isEnough by which no other is waited for longer than a deadline more, but for one that never was
    ///     before
    private List<Look> look(List<Node> nodes, Predicate<Look> isEnough) {
        if (nodes.size() == 1) return List.of(nodes.getFirst().look(contract));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var finished = new ExecutorCompletionService<Look>(threads);
            var asked = new LinkedHashMap<Node, Future<Look>>();
            for (var node : nodes) asked.put(node, finished.submit(() -> node.look(contract)));
            long begun = System.nanoTime();
            long end = begun + within().toNanos();
            boolean isFound = false;
            for (int i = 0; i < nodes.size(); i++) {
                var next = finished.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (next == null) break;
                if (isFound || !isEnough.test(next.get())) continue;
                isFound = true;
                boolean areKnown = asked.entrySet().stream()
                        .allMatch(each -> each.getValue().isDone() || hadTheirTime.contains(each.getKey()));
                if (areKnown)
                    end = Math.min(
                            end, System.nanoTime() + deadline.plus(A_LITTLE).toNanos());
            }
            asked.values().forEach(each -> each.cancel(true));
            var took = Duration.ofNanos(System.nanoTime() - begun);
            var looks = new ArrayList<Look>();
            for (var each : asked.entrySet()) looks.add(answer(each.getKey(), each.getValue(), took));
            return looks;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            var interrupted = new AnchorageSetback("interrupted while nodes were asked", "none needed", e);
            return nodes.stream()
                    .<Look>map(node -> new Look.Failed(node, interrupted, false))
                    .toList();
        }
    }

    private Duration within() {
        return deadline.multipliedBy(Node.MOST_CALLS_OF_A_LOOK);
    }

    private static Look answer(Node node, Future<Look> answer, Duration within)
            throws InterruptedException, ExecutionException {
        if (!answer.isCancelled()) return answer.get();
        return new Look.Failed(node, node.unreachable(new TooLate(within)), true);
    }

    /// It was answering when it was left out.
    private static final class TooLate extends IOException {
        private static final long serialVersionUID = 1L;

        TooLate(Duration within) {
            super("it has not told who it is within " + within.toMillis() + " ms");
        }
    }

    /// Looks at the nodes, and chooses anew which is used.
    ///
    /// @param expected who the chain was when it was reached first; where empty, who it was said to be before
    /// @return who it is; another one than expected where no node is of the expected one, and all told
    /// @throws AnchorageSetback while there is none that can be used
    AnchorIdentity.Evm choose(Optional<AnchorIdentity> expected) throws AnchorageSetback {
        chosen = List.of();
        if (expected.isPresent()) known = expected;
        var awake = awake();
        var looks = look(
                awake,
                look -> look instanceof Look.Seen seen
                        && seen.syncing().isEmpty()
                        && known.stream().allMatch(seen.identity()::equals));
        hadTheirTime.addAll(awake);
        awake.forEach(late::remove);
        for (var look : looks) {
            if (!(look instanceof Look.Failed(var node, var why, var isAway)) || !isAway) continue;
            rest(node);
            if (why.getCause() instanceof TooLate && wereRight.contains(node)) late.add(node);
        }
        var seen = looks.stream()
                .filter(Look.Seen.class::isInstance)
                .map(Look.Seen.class::cast)
                .toList();
        if (seen.isEmpty()) throw none(looks);
        var right = known.isPresent() ? of(known.get(), seen) : ofOneChain(seen);
        if (right.isEmpty()) {
            // Somebody who does not answer may still be the right one: that is a setback, and no other chain.
            if (seen.size() < all.size()) throw strangers(seen, known.orElseThrow());
            return seen.getFirst().identity();
        }
        for (var look : seen) {
            if (right.contains(look)) wereRight.add(look.node());
            else wereRight.remove(look.node());
        }
        var able = right.stream().filter(look -> look.syncing().isEmpty()).toList();
        if (able.isEmpty()) throw catchingUp(right.getFirst());
        var trusted =
                able.stream().filter(look -> !outvoted.contains(look.node())).toList();
        var best = best(trusted.isEmpty() ? able : trusted);
        requireNotBehind(best, able);
        var order = new ArrayList<>(List.of(best));
        for (var look : able) {
            if (look != best) order.add(look);
        }
        chosen = List.copyOf(order);
        return best.identity();
    }

    /// The highest, and the first of equals. How far a node has come is its word alone, and counts against
    /// another one only if it shows that block.
    private static Look.Seen best(List<Look.Seen> able) {
        long lowest = able.stream().mapToLong(Endpoints::height).min().orElseThrow();
        return able.stream()
                .sorted(Comparator.comparingLong(Endpoints::height).reversed())
                .filter(look -> height(look) == lowest || shows(look))
                .findFirst()
                .orElseThrow();
    }

    private static boolean shows(Look.Seen look) {
        try {
            var shown = look.node().chain().block(Hex.quantity(height(look)));
            return shown.map(Chain.Block::place)
                    .equals(Optional.of(look.newest().place()));
        } catch (IOException e) {
            return false;
        }
    }

    /// Whether there is one that can be used.
    boolean isChosen() {
        return !chosen.isEmpty();
    }

    /// The one that is used.
    Node used() throws AnchorageSetback {
        if (all.size() == 1) return all.getFirst();
        if (chosen.isEmpty()) choose(Optional.empty());
        return chosen.getFirst().node();
    }

    /// The newest block of the one that is used, when it was chosen.
    Chain.Block newest() {
        return chosen.getFirst().newest();
    }

    /// The others that are as right as the used one, in their order.
    List<Node> others() {
        return chosen.stream().skip(1).map(Look.Seen::node).toList();
    }

    /// This one gave no answer that is of use, so it is not chosen again before it had a rest, unless there is
    /// no other.
    void failed(Node node) {
        rest(node);
        shortSince = OptionalLong.empty();
        if (!chosen.isEmpty() && chosen.getFirst().node().equals(node)) chosen = List.of();
    }

    /// The setback that this is, and the node is not asked again at once.
    AnchorageSetback failed(Node node, IOException e) {
        failed(node);
        return node.unreachable(e);
    }

    /// This one was seen to have come so far.
    void reached(Node node, long height) {
        if (highest == null || height >= highest.height) highest = new Highest(node, height, nanoTime.getAsLong());
    }

    /// Whether another node has this block, too, as far as there is another one. A node that is cut off from
    /// the rest of its chain tells of blocks in good faith that nobody else will ever have.
    ///
    /// @return what each of the others says instead; empty where one has it, or there are no others
    Optional<String> doubt(Place place) {
        return doubt(chain -> {
            var there = chain.block(Hex.quantity(place.height()));
            if (there.isPresent() && there.get().place().equals(place)) return Optional.empty();
            return Optional.of("has "
                    + there.map(block -> "another one, " + block.place().block())
                            .orElse("not come so far"));
        });
    }

    /// What one node said, as another one is asked for it.
    interface Said {
        /// @return what that one says instead; empty if the same
        Optional<String> otherwise(Chain chain) throws IOException;
    }

    /// Whether another node says so, too, as far as there is another one. Any node may lie, or have lost what
    /// it held.
    ///
    /// @return what each of the others says instead; empty where one says the same, or there are no others
    Optional<String> doubt(Said what) {
        if (all.size() == 1) return Optional.empty();
        var said = new ArrayList<String>();
        var asked = new LinkedHashSet<>(others());
        asked.addAll(late);
        for (var node : asked) {
            try {
                var otherwise = what.otherwise(node.chain());
                if (otherwise.isEmpty()) return Optional.empty();
                said.add(node.name() + " " + otherwise.get());
            } catch (RpcError e) {
                said.add(node.name() + " does not tell: " + Node.describe(e)); // it is there
            } catch (IOException e) {
                rest(node);
                late.remove(node);
                said.add(node.name() + " does not tell: " + Node.describe(e));
            }
        }
        for (var node : all) {
            boolean isKnown = asked.contains(node)
                    || chosen.stream().anyMatch(look -> look.node().equals(node));
            if (!isKnown) said.add(node.name() + " does not answer, is behind or of another chain");
        }
        return Optional.of(String.join("; ", said));
    }

    /// How many of the others have come as far, and say otherwise. One that has not come so far says nothing of
    /// what is in there.
    ///
    /// @param mayContradict what one that has its newest block there may speak of; empty if of nothing
    int against(BiFunction<Node, Chain.Block, Optional<Said>> mayContradict) {
        int count = 0;
        for (var node : others()) {
            try {
                var what = mayContradict.apply(node, node.chain().mustHave("latest"));
                if (what.isPresent() && what.get().otherwise(node.chain()).isPresent()) count++;
            } catch (RpcError _) {
                // It is there, and does not tell.
            } catch (IOException _) {
                rest(node);
            }
        }
        return count;
    }

    /// From here on this one is used only where no other can be; how far it said to have come counts no more.
    void outvote(Node node) {
        outvoted.add(node);
        if (highest != null && highest.node.equals(node)) highest = null;
        failed(node);
    }

    /// What another node is asked, too.
    interface Asked {
        void of(Chain chain) throws IOException;
    }

    /// Asks each of the others, as far as it answers.
    void others(Asked what) {
        for (var node : others()) {
            try {
                what.of(node.chain());
            } catch (RpcError _) {
                // It is there, and does not tell.
            } catch (IOException _) {
                rest(node);
            }
        }
    }

    private List<Node> awake() {
        resting.values().removeIf(until -> nanoTime.getAsLong() - until >= 0);
        var awake = all.stream().filter(node -> !resting.containsKey(node)).toList();
        return awake.isEmpty() ? all : awake;
    }

    private void rest(Node node) {
        resting.put(node, nanoTime.getAsLong() + REST.toNanos());
    }

    private static List<Look.Seen> of(AnchorIdentity expected, List<Look.Seen> seen) {
        return seen.stream().filter(look -> look.identity().equals(expected)).toList();
    }

    /// Nobody knows yet which is the right one, so they must be of one.
    private static List<Look.Seen> ofOneChain(List<Look.Seen> seen) throws AnchorageSetback {
        if (of(seen.getFirst().identity(), seen).size() == seen.size()) return seen;
        throw new AnchorageSetback(
                        "the nodes are not of one chain: " + identities(seen), "name nodes of one chain, and no others")
                .untilSomebodyActs();
    }

    private static String identities(List<Look.Seen> seen) {
        return seen.stream()
                .map(look -> look.node().name() + " is " + look.identity())
                .collect(Collectors.joining("; "));
    }

    private AnchorageSetback strangers(List<Look.Seen> seen, AnchorIdentity expected) {
        return new AnchorageSetback(
                "no node of " + expected + " answers: " + identities(seen),
                "look whether the others run; nothing is sent to another chain");
    }

    private static AnchorageSetback none(List<Look> looks) {
        var failed = looks.stream().map(Look.Failed.class::cast).toList();
        if (failed.size() == 1) return failed.getFirst().why();
        return new AnchorageSetback(
                failed.stream()
                        .map(look -> String.valueOf(look.why().getMessage()))
                        .collect(Collectors.joining("; ")),
                failed.getFirst().why().remedy());
    }

    private static AnchorageSetback catchingUp(Look.Seen look) {
        return new AnchorageSetback(
                "node " + look.node().name() + " is still catching up, at "
                        + look.syncing().orElseThrow(),
                "none needed: it is used once it has come to its chain's newest block");
    }

    /// A node that is behind would have heads that are there looked upon as gone. So the highest block counts,
    /// also where whoever had it tells of a lower one now, since another node may answer at its address; though
    /// not for ever: the chain may have been rolled back meanwhile.
    private void requireNotBehind(Look.Seen best, List<Look.Seen> able) throws AnchorageSetback {
        var top = highest;
        long now = nanoTime.getAsLong();
        if (top == null || height(best) >= top.height || now - top.nanos >= trustInTheHighest.toNanos()) {
            highest = new Highest(best.node(), height(best), now);
            return;
        }
        if (shortSince.isEmpty()) shortSince = OptionalLong.of(top.nanos);
        boolean isThere = able.stream().anyMatch(look -> look.node().equals(top.node));
        throw new AnchorageSetback(
                "node " + best.node().name() + " is behind: it has block " + height(best) + ", node " + top.node.name()
                        + " had " + top.height + (isThere ? " before" : " and does not answer"),
                isThere
                        ? "none needed while it catches up; where its address is a balancer's, name the nodes behind it"
                                + " instead; if the chain was rolled back, it is believed after a while"
                        : "none needed while it catches up; look whether both run");
    }

    /// The same of a block that was final, by the word of whoever wrote that down, so that it holds from the start
    /// on: a node that comes back from a power cut, too, has not heard of it, and says that it is at its newest as
    /// long as it finds no others.
    ///
    /// @param newest block of the one that is used
    void requireCome(Node used, long newest, long height, String what) throws AnchorageSetback {
        if (newest >= height) {
            shortSince = OptionalLong.empty();
            return;
        }
        long now = nanoTime.getAsLong();
        if (shortSince.isEmpty()) shortSince = OptionalLong.of(now);
        if (now - shortSince.getAsLong() >= trustInTheHighest.toNanos()) return;
        throw new AnchorageSetback(
                "node " + used.name() + " is behind: it has block " + newest + ", and " + what + " in block " + height,
                "none needed while it catches up; look whether it finds the others; if the chain was rolled back, it is"
                        + " believed after a while");
    }

    private static long height(Look.Seen look) {
        return look.newest().place().height();
    }

    @Override
    public void close() {
        all.forEach(node -> node.rpc().close());
    }
}
