package org.sealpost.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.sealpost.evidence.Head;
import org.sealpost.merkle.Frontier;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.NodeSink;

/// Compares a log with what was promised. Of every record the body opens the commitment of its leaf, and all
/// leaves together lead to each published head; of some thousand, chosen at random, the evidence is asked for,
/// too. Each finding is a broken promise (docs/architecture.md, I1, I2, I6, I8, I9, I10, I17); an empty list is what
/// a campaign hopes for.
final class Audit {
    private static final int READERS = 4;
    private static final int MAX_FINDINGS = 100;
    private static final int EVIDENCES = 2_000;

    private final LogView log;
    private final Promises promises;
    private final Orders orders;
    private final int evidences;
    private final List<String> findings = new ArrayList<>();

    private Audit(LogView log, Promises promises, Orders orders, int evidences) {
        this.log = log;
        this.promises = promises;
        this.orders = orders;
        this.evidences = evidences;
    }

    /// @param heads every head that was ever published, as far as anybody kept it
    static List<String> findings(LogView log, Promises promises, Orders orders, List<Head> heads)
            throws IOException, InterruptedException {
        return findings(log, promises, orders, heads, EVIDENCES);
    }

    /// @param evidences of about so many records; of all where there are no more
    static List<String> findings(LogView log, Promises promises, Orders orders, List<Head> heads, int evidences)
            throws IOException, InterruptedException {
        var audit = new Audit(log, promises, orders, evidences);
        var leaves = log.leaves();
        audit.history(leaves, heads);
        audit.records(leaves);
        return audit.findings;
    }

    /// Each head that was ever published is the head of a beginning of today's log (I6).
    private void history(List<LogView.PublicLeaf> leaves, List<Head> heads) {
        var roots = new HashMap<Long, Hash>();
        for (var head : heads) {
            if (head.size() > leaves.size()) {
                found("a head of size " + head.size() + " was published, now the log has " + leaves.size());
            }
            var other = roots.put(head.size(), head.root());
            if (other != null && !other.equals(head.root())) found("two roots for size " + head.size());
        }
        var tree = Frontier.empty(NodeSink.NOWHERE);
        for (var leaf : leaves) {
            tree.append(leaf.hash());
            var published = roots.get(tree.size());
            if (published != null && !published.equals(tree.root())) {
                found("the published root of size " + tree.size() + " is " + published + ", the log's is "
                        + tree.root());
            }
        }
    }

    private void records(List<LogView.PublicLeaf> leaves) throws IOException, InterruptedException {
        var foundAt = new long[Math.toIntExact(promises.count())];
        Arrays.fill(foundAt, -1);
        var sights = look(leaves);
        for (var seen : sights.entrySet()) {
            int index = seen.getKey();
            switch (seen.getValue()) {
                case LogView.Sight.Unproved(String reason) -> found("index " + index + ": " + reason);
                case LogView.Sight.Proved proved -> {
                    if (!proved.leafHash().equals(leaves.get(index).hash())) {
                        found("index " + index + ": the leaf is not the one in the log");
                    }
                    place(foundAt, index, proved.capture());
                }
                case LogView.Sight.Erased() ->
                    seen(index, "erased").ifPresent(number -> {
                        if (!orders.mayBeAbout(number)) found("record " + number + " is erased, and nobody ordered it");
                        place(foundAt, index, number);
                    });
                case LogView.Sight.GivenUp() ->
                    seen(index, "given up").ifPresent(number -> place(foundAt, index, number));
            }
        }
        for (int number = 0; number < foundAt.length; number++) settle(number, foundAt[number]);
    }

    private void place(long[] foundAt, int index, LogView.Capture capture) {
        var recognised = promises.recognise(capture.payload());
        if (recognised.isEmpty()) {
            found("index " + index + ": a payload that was never sent");
            return;
        }
        long number = recognised.getAsLong();
        if (orders.areAbout(number)) found("record " + number + " was ordered to be erased, and is there");
        if (!capture.key().equals(promises.key(number))) {
            found("index " + index + ": record " + number + " with the key " + capture.key());
        }
        place(foundAt, index, number);
    }

    private void place(long[] foundAt, int index, long number) {
        int place = (int) number;
        if (foundAt[place] >= 0) {
            // Also without a key: such a record was sent once only.
            found("record " + number + " twice, at " + foundAt[place] + " and " + index);
        }
        foundAt[place] = index;
    }

    /// Which record was at an index before it went.
    private OptionalLong seen(int index, String what) {
        var number = promises.seenAt(index);
        if (number.isEmpty()) found("index " + index + " is " + what + ", and nobody had seen what was there");
        return number;
    }

    private void settle(int number, long foundAt) {
        switch (promises.fate(number)) {
            case SENT -> {}
            case REFUSED -> {
                if (foundAt >= 0) found("record " + number + " was refused, and is at " + foundAt);
            }
            case ACKNOWLEDGED -> {
                if (foundAt < 0) found("record " + number + " was acknowledged, and is lost");
                else if (promises.index(number).orElse(foundAt) != foundAt) {
                    found("record " + number + " was acknowledged at " + promises.index(number) + ", and is at "
                            + foundAt);
                }
            }
        }
    }

    /// A head is lodged at most once (I8).
    ///
    /// @param sizes of the heads that the ledger holds, as often as it holds them
    static List<String> anchors(String ledger, List<Long> sizes) {
        var seen = new HashSet<Long>();
        return sizes.stream()
                .filter(size -> !seen.add(size))
                .map(size -> "ledger " + ledger + " holds the head of size " + size + " twice")
                .toList();
    }

    /// Nothing was given up that is not anchored, or that may be needed to know a repeat (I16).
    ///
    /// @param givenUpBelow   the first entry that the journal still has
    /// @param sizes          of the heads that the ledger holds on which they must be
    /// @param rememberedKeys how many of the newest keys are known at least
    static List<String> kept(long givenUpBelow, List<Long> sizes, Promises promises, int rememberedKeys) {
        var found = new ArrayList<String>();
        if (givenUpBelow == 0) return found;
        long anchored = sizes.stream().mapToLong(size -> size).max().orElse(0);
        if (anchored < givenUpBelow) {
            found.add("the entries below " + givenUpBelow + " were given up, and only heads up to " + anchored
                    + " are anchored");
        }
        long keys = promises.keysSeenFrom(givenUpBelow);
        if (keys < rememberedKeys) {
            found.add("the entries below " + givenUpBelow + " were given up, and only " + keys
                    + " with a key are left, of " + rememberedKeys + " that must be known");
        }
        return found;
    }

    /// Looks at every entry that the box did not write itself.
    private Map<Integer, LogView.Sight> look(List<LogView.PublicLeaf> leaves) throws IOException, InterruptedException {
        try (var readers = Executors.newFixedThreadPool(READERS)) {
            var sights = new TreeMap<Integer, Future<LogView.Sight>>();
            var random = new SplittableRandom(promises.count());
            for (int i = 0; i < leaves.size(); i++) {
                int index = i;
                if (leaves.get(i).own()) continue;
                boolean asked = random.nextInt(leaves.size()) < evidences;
                sights.put(index, readers.submit((Callable<LogView.Sight>)
                        () -> asked ? log.look(index) : log.read(index)));
            }
            var all = new TreeMap<Integer, LogView.Sight>();
            for (var sight : sights.entrySet())
                all.put(sight.getKey(), sight.getValue().get());
            return all;
        } catch (ExecutionException e) {
            throw new IOException("the log cannot be read: " + e.getCause().getMessage(), e.getCause());
        }
    }

    private void found(String what) {
        // Where everything is wrong, the first hundred say so.
        if (findings.size() < MAX_FINDINGS) findings.add(what);
    }
}
