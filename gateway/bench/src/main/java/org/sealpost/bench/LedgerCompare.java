package org.sealpost.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// What a ledger that misbehaves costs capture: gateways that each have one, and beside each a gateway that has none,
/// loaded in turns. The ledger is a chain that each of them lodged heads with before; then its node becomes what it is
/// to be. Who has no turn stands still.
///
/// Each has a partner of its own, since who has more turns, or two on end, is warmer. In a round
/// both have several short turns, one after the other, there and back, so that what the machine's
/// neighbours do meets both; a round's figures are the means of its turns. Half of the rounds are
/// of a pair that was started the other way round. One pair has no ledger at all: what it tells
/// apart is no ledger's doing. The two are alone on the machine: so they can be warm before they
/// are measured, without filling the disk, and a full one slows its own.
@Command(
        name = "gateway/bench/ledgers",
        mixinStandardHelpOptions = true,
        description = "Capture over MQTT beside a ledger that is dead, slow or floods, and without one, in turns.")
public final class LedgerCompare implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int ROUNDS_OF_SHORT = 2;
    private static final String NONE = "none";

    /// Until retries are as far apart as they get, and a start is over.
    private static final Duration SETTLING = Duration.ofSeconds(45);

    private static final Duration IDLE = Duration.ofSeconds(60);

    @Option(names = "--rounds", defaultValue = "20", description = "default: ${DEFAULT-VALUE}")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "0.7", description = "measured in each turn; default: ${DEFAULT-VALUE}")
    private double seconds;

    @Option(names = "--warm-up", defaultValue = "0.3", description = "seconds before them; default: ${DEFAULT-VALUE}")
    private double warmUp;

    @Option(names = "--turns", defaultValue = "4", description = "of each in a round; default: ${DEFAULT-VALUE}")
    private int turns;

    @Option(
            names = "--warm-rounds",
            defaultValue = "5",
            description = "before the first that counts, for the JVM's compilers; default: ${DEFAULT-VALUE}")
    private int warmRounds;

    @Option(
            names = "--only",
            split = ",",
            defaultValue = "none,dead,slow,floods,drips",
            description = "default: ${DEFAULT-VALUE}")
    private List<String> only = List.of();

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
        final List<List<Round>> with = new ArrayList<>();
        final List<List<Round>> without = new ArrayList<>();

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
        if (brief) rounds = warmRounds = ROUNDS_OF_SHORT;
        Folders.empty(folder);
        Files.createDirectories(folder);
        var facts = Machine.facts(folder);
        facts.put(
                "load",
                String.format(
                        Locale.ROOT,
                        "%d connections × %d in flight, %d bytes, %d rounds of %d turns of %.1f s after %.1f s, and %d like them before, heap %s",
                        connections,
                        inFlight,
                        payloadBytes,
                        rounds,
                        turns,
                        seconds,
                        warmUp,
                        warmRounds,
                        heap));
        var told = new ArrayList<Told>();
        for (var ledger : only) {
            told.add(new Told(ledger));
            for (boolean isFirst : List.of(true, false)) {
                sitting(told.getLast(), isFirst);
                Folders.empty(folder);
            }
        }
        print(facts, told);
        return 0;
    }

    /// Half of the rounds.
    ///
    /// @param isFirst whether the gateway with the ledger is started before its partner: who is, is slower by a few
    ///     percent as long as both run, also where neither has one
    private void sitting(Told told, boolean isFirst) throws IOException, InterruptedException {
        var gateways = new ArrayList<Gateway>();
        Files.createDirectories(folder);
        try {
            var before = isFirst ? null : begun(gateways, null);
            var with = told.ledger.equals(NONE) ? begun(gateways, null) : beside(told, gateways);
            var pair = new Pair(told, with, before != null ? before : begun(gateways, null));
            if (isFirst) idle(pair);
            for (var each : gateways) each.process().stand();
            measure(pair, isFirst ? rounds - rounds / 2 : rounds / 2);
            for (var each : gateways) each.process().goOn(); // or it could not end
        } finally {
            for (var each : gateways) each.close();
        }
    }

    /// The ledger has taken a head of its gateway before it becomes what it is to be. The chain is gone afterwards.
    private Gateway beside(Told told, List<Gateway> gateways) throws IOException, InterruptedException {
        var manner = LedgerWire.Manner.valueOf(told.ledger.toUpperCase(Locale.ROOT));
        try (var chain = Consortium.up(ledgers, folder.resolve("network"))) {
            var wire = new LedgerWire(chain.node());
            var with = begun(gateways, wire);
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (chain.lodged().isEmpty()) {
                if (System.nanoTime() > deadline) throw new IOException("no head was lodged after " + PATIENCE);
                Thread.sleep(100);
            }
            wire.become(manner);
            return with;
        }
    }

    private Gateway begun(List<Gateway> gateways, @Nullable LedgerWire wire) throws IOException, InterruptedException {
        var contender = new SealpostContender(Optional.of(heap), wire == null ? "" : Consortium.settings(wire.url()));
        var begun = new Gateway(contender, wire);
        gateways.add(begun);
        contender.start(Files.createDirectories(folder.resolve("gateway-" + gateways.size())), List.of());
        return begun;
    }

    /// What a relay costs that tries in vain does not depend on the load: so it is seen best where there is none.
    private static void idle(Pair pair) throws InterruptedException {
        Thread.sleep(SETTLING.toMillis());
        var with = pair.with.process().processorTime();
        var without = pair.without.process().processorTime();
        Thread.sleep(IDLE.toMillis());
        pair.told.idleWith = pair.with.idle(with);
        pair.told.idleWithout = pair.without.idle(without);
        System.err.printf(
                Locale.ROOT,
                "%s: %.1f ms/s of the processors while nothing is to be done, %.1f without%n",
                pair.told.ledger,
                pair.told.idleWith,
                pair.told.idleWithout);
    }

    private void measure(Pair pair, int rounds) throws IOException, InterruptedException {
        for (int i = 1 - warmRounds; i <= rounds; i++) {
            var with = new ArrayList<Round>();
            var without = new ArrayList<Round>();
            long before = pair.with.taken(); // what came due while it stood still is asked at once
            for (int turn = 0; turn < turns; turn++) {
                for (var each : (i + turn) % 2 == 0 ? pair.both() : pair.both().reversed()) {
                    (each == pair.with ? with : without).add(turn(each));
                }
            }
            System.err.printf(
                    Locale.ROOT,
                    "round %d, %s: %,.0f acknowledged/s, %,.0f without; %.2f CPU µs/record, %.2f without%n",
                    i,
                    pair.told.ledger,
                    mean(with, Round::acknowledgedPerSecond),
                    mean(without, Round::acknowledgedPerSecond),
                    mean(with, Round::microsPerRecord),
                    mean(without, Round::microsPerRecord));
            if (i < 1) continue;
            pair.told.with.add(with);
            pair.told.without.add(without);
            pair.told.asked += pair.with.taken() - before;
        }
    }

    private Round turn(Gateway gateway) throws IOException, InterruptedException {
        gateway.process().goOn();
        var round = new Turn(connections, inFlight, payloadBytes, warmUp, seconds)
                .of(gateway.contender, OptionalDouble.empty());
        gateway.process().stand();
        return round;
    }

    private static double mean(List<Round> turns, ToDoubleFunction<Round> figure) {
        return turns.stream().mapToDouble(figure).average().orElseThrow();
    }

    private void print(Map<String, String> facts, Collection<Told> all) {
        var out = new StringBuilder("### Capture beside a ledger that misbehaves\n\n");
        facts.forEach((name, value) ->
                out.append("- ").append(name).append(": ").append(value).append('\n'));
        out.append(String.format(Locale.ROOT, """

                Median of %d pairs (of means of the turns of a round), and the interval that holds the true median with 95 %% (exact, of a binomial distribution); ratios to the gateway without a ledger that is its partner, pair by pair.
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
        double[] with =
                told.with.stream().mapToDouble(turns -> mean(turns, figure)).toArray();
        double[] without =
                told.without.stream().mapToDouble(turns -> mean(turns, figure)).toArray();
        out.append(" | ")
                .append(Interval.of(DoubleStream.of(with)).text(decimals))
                .append(" | ")
                .append(Interval.of(IntStream.range(0, with.length).mapToDouble(i -> with[i] / without[i]))
                        .text(3));
    }
}
