package org.sealpost.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// What a ledger that misbehaves costs capture: gateways that each have one, and beside each a gateway that has none,
/// loaded in turns. The ledger is a chain that each of them lodged heads with before; then its node becomes what it is
/// to be. Who has no turn stands still.
///
/// Each has a partner of its own, since who has more turns, or two on end, is warmer; the two of a pair have their
/// turns one after the other, every other round the other way round. One pair has no ledger at all: what it tells
/// apart is no ledger's doing.
@Command(
        name = "gateway/bench/ledgers",
        mixinStandardHelpOptions = true,
        description = "Capture over MQTT beside a ledger that is dead, slow or floods, and without one, in turns.")
public final class LedgerCompare implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int ROUNDS_OF_SHORT = 2;

    /// So many with the same gateways, then with new ones: ten of them fill a disk, and one that is full slows its own.
    private static final int SITTING = 10;

    /// Until retries are as far apart as they get.
    private static final Duration SETTLING = Duration.ofSeconds(15);

    private static final Duration IDLE = Duration.ofSeconds(60);

    @Option(names = "--rounds", defaultValue = "20", description = "default: ${DEFAULT-VALUE}")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "1", description = "measured in each turn; default: ${DEFAULT-VALUE}")
    private double seconds;

    @Option(names = "--warm-up", defaultValue = "0.5", description = "seconds before them; default: ${DEFAULT-VALUE}")
    private double warmUp;

    @Option(names = "--connections", defaultValue = "16", description = "default: ${DEFAULT-VALUE}")
    private int connections;

    @Option(names = "--in-flight", defaultValue = "100", description = "of each connection; default: ${DEFAULT-VALUE}")
    private int inFlight;

    @Option(names = "--payload", defaultValue = "100", description = "bytes; default: ${DEFAULT-VALUE}")
    private int payloadBytes;

    @Option(names = "--heap", defaultValue = "1g", description = "of each gateway; default: ${DEFAULT-VALUE}")
    private String heap = "";

    @Option(names = "--short", description = "two rounds: does it run, not how fast")
    private boolean brief;

    @Option(names = "--ledgers", required = true, description = "the folder with up and down of the chain")
    private Path ledgers = Path.of("");

    @Option(names = "--folder", required = true, description = "made, and deleted afterwards")
    private Path folder = Path.of("");

    /// @param wire to its node; none where it has no ledger
    private record Gateway(
            SealpostContender contender, @Nullable LedgerWire wire) implements AutoCloseable {
        long taken() {
            return wire == null ? 0 : wire.taken();
        }

        ServerProcess process() {
            return contender.gateway().process();
        }

        double idle(Duration before) {
            return (double) process().processorTime().minus(before).toMillis() / IDLE.toSeconds();
        }

        @Override
        public void close() throws IOException {
            contender.close();
            if (wire != null) wire.close();
        }
    }

    private record Pair(Told told, Gateway with, Gateway without) {
        List<Gateway> both() {
            return List.of(with, without);
        }
    }

    /// What came of all turns of a pair.
    private static final class Told {
        final String ledger;
        final List<Round> with = new ArrayList<>();
        final List<Round> without = new ArrayList<>();

        /// How often the ledger's node was asked within turns.
        long asked;

        /// Processor time in ms/s while nothing is to be done.
        double idleWith;

        double idleWithout;

        Told(String ledger) {
            this.ledger = ledger;
        }
    }

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new LedgerCompare()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (brief) rounds = ROUNDS_OF_SHORT;
        Folders.empty(folder);
        Files.createDirectories(folder);
        var facts = Machine.facts(folder);
        facts.put(
                "load",
                String.format(
                        Locale.ROOT,
                        "%d connections × %d in flight, %d bytes, %d rounds of %.1f s after %.1f s warm-up, heap %s",
                        connections,
                        inFlight,
                        payloadBytes,
                        rounds,
                        seconds,
                        warmUp,
                        heap));
        var told = new LinkedHashMap<String, Told>();
        for (int done = 0; done < rounds; done += SITTING) {
            sitting(told, Math.min(SITTING, rounds - done), done == 0);
            Folders.empty(folder);
        }
        print(facts, told.values());
        return 0;
    }

    private void sitting(Map<String, Told> told, int rounds, boolean isFirst) throws IOException, InterruptedException {
        var gateways = new ArrayList<Gateway>();
        try {
            var pairs = start(told, gateways);
            if (isFirst) idle(pairs);
            for (var each : gateways) each.process().stand();
            measure(pairs, rounds);
            for (var each : gateways) each.process().goOn(); // or it could not end
        } finally {
            for (var each : gateways) each.close();
        }
    }

    /// Each ledger has taken a head of its gateway before it becomes what it is to be. The chain is gone afterwards.
    private List<Pair> start(Map<String, Told> told, List<Gateway> gateways) throws IOException, InterruptedException {
        var pairs = new ArrayList<Pair>();
        Files.createDirectories(folder);
        try (var chain = Consortium.up(ledgers, folder.resolve("network"))) {
            pairs.add(new Pair(told.computeIfAbsent("none", Told::new), begun(gateways, null), begun(gateways, null)));
            for (var manner : List.of(
                    LedgerWire.Manner.DEAD,
                    LedgerWire.Manner.SLOW,
                    LedgerWire.Manner.FLOODS,
                    LedgerWire.Manner.DRIPS)) {
                var wire = new LedgerWire(chain.node());
                int before = chain.lodged().size();
                var with = begun(gateways, wire);
                long deadline = System.nanoTime() + PATIENCE.toNanos();
                while (chain.lodged().size() == before) {
                    if (System.nanoTime() > deadline) throw new IOException("no head was lodged after " + PATIENCE);
                    Thread.sleep(100);
                }
                wire.become(manner);
                String name = manner.name().toLowerCase(Locale.ROOT);
                pairs.add(new Pair(told.computeIfAbsent(name, Told::new), with, begun(gateways, null)));
                System.err.println(name + " and its partner have started");
            }
        }
        return pairs;
    }

    private Gateway begun(List<Gateway> gateways, @Nullable LedgerWire wire) throws IOException, InterruptedException {
        var contender = new SealpostContender(Optional.of(heap), wire == null ? "" : Consortium.settings(wire.url()));
        var begun = new Gateway(contender, wire);
        gateways.add(begun);
        contender.start(Files.createDirectories(folder.resolve("gateway-" + gateways.size())), List.of());
        return begun;
    }

    /// What a relay costs that tries in vain does not depend on the load: so it is seen best where there is none.
    private static void idle(List<Pair> pairs) throws InterruptedException {
        Thread.sleep(SETTLING.toMillis());
        var before = pairs.stream()
                .map(pair -> pair.both().stream()
                        .map(each -> each.process().processorTime())
                        .toList())
                .toList();
        Thread.sleep(IDLE.toMillis());
        for (int i = 0; i < pairs.size(); i++) {
            var pair = pairs.get(i);
            pair.told.idleWith = pair.with.idle(before.get(i).getFirst());
            pair.told.idleWithout = pair.without.idle(before.get(i).getLast());
            System.err.printf(
                    Locale.ROOT,
                    "%s: %.1f ms/s of the processors while nothing is to be done, %.1f without%n",
                    pair.told.ledger,
                    pair.told.idleWith,
                    pair.told.idleWithout);
        }
    }

    private void measure(List<Pair> pairs, int rounds) throws IOException, InterruptedException {
        var turn = new Turn(connections, inFlight, payloadBytes, warmUp, seconds);
        for (int i = 0; i <= rounds; i++) {
            for (var pair : pairs) {
                long before = pair.with.taken(); // what came due while it stood still is asked at once
                for (var each : i % 2 == 0 ? pair.both() : pair.both().reversed()) {
                    boolean isWith = each == pair.with;
                    each.process().goOn();
                    var round = turn.of(each.contender, OptionalDouble.empty());
                    each.process().stand();
                    if (i > 0) (isWith ? pair.told.with : pair.told.without).add(round); // the first one warms its JVM
                    System.err.printf(
                            Locale.ROOT,
                            "round %d, %s, %s: %,.0f acknowledged/s, %.2f CPU µs/record, others took %.0f %%%n",
                            i,
                            pair.told.ledger,
                            isWith ? "with" : "without",
                            round.acknowledgedPerSecond(),
                            round.microsPerRecord(),
                            100 * round.othersShare());
                }
                if (i > 0) pair.told.asked += pair.with.taken() - before;
            }
        }
    }

    private void print(Map<String, String> facts, Collection<Told> all) {
        var out = new StringBuilder("### Capture beside a ledger that misbehaves\n\n");
        facts.forEach((name, value) ->
                out.append("- ").append(name).append(": ").append(value).append('\n'));
        out.append(String.format(Locale.ROOT, """

                Median of %d pairs, and the interval that holds the true median with 95 %% (exact, of a binomial distribution); ratios to the gateway without a ledger that is its partner, pair by pair.
                "Asked" is how often the gateway turned to its ledger's node within the turns, whose connections were taken; a dead one takes none.
                "Idle" is processor time in a second of a minute in which there was nothing to do, and its partner's: all of what trying in vain costs.

                | ledger | acknowledged/s | : without | CPU µs/record | : without | ack p99 ms | : without | asked | idle ms/s |
                |---|---|---|---|---|---|---|---|---|
                """, rounds));
        for (var told : all) {
            out.append("| ").append(told.ledger);
            column(out, told, 0, Round::acknowledgedPerSecond);
            column(out, told, 2, Round::microsPerRecord);
            column(out, told, 1, round -> round.latencyMillis(0.99));
            out.append(
                    String.format(Locale.ROOT, " | %d | %.1f, %.1f |%n", told.asked, told.idleWith, told.idleWithout));
        }
        System.out.println(out);
    }

    private static void column(StringBuilder out, Told told, int decimals, ToDoubleFunction<Round> figure) {
        var ratios = IntStream.range(0, told.with.size())
                .mapToDouble(i -> figure.applyAsDouble(told.with.get(i)) / figure.applyAsDouble(told.without.get(i)));
        out.append(" | ")
                .append(Interval.of(told.with.stream().mapToDouble(figure)).text(decimals))
                .append(" | ")
                .append(Interval.of(ratios).text(3));
    }
}
