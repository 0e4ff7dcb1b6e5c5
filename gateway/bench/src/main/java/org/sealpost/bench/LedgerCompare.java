package org.sealpost.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
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

/// What a ledger that misbehaves costs capture: gateways that each have one, and gateways that have none, loaded in
/// turns. The ledger is a chain that each of them lodged heads with before; then its node becomes what it is to be.
/// Who has no turn stands still.
@Command(
        name = "gateway/bench/ledgers",
        mixinStandardHelpOptions = true,
        description = "Capture over MQTT beside a ledger that is dead, slow or floods, and without one, in turns.")
public final class LedgerCompare implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String WITHOUT = "no ledger";
    private static final int ROUNDS_OF_SHORT = 2;

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
    private record Beside(
            String name,
            SealpostContender contender,
            @Nullable LedgerWire wire,
            List<Round> rounds) implements AutoCloseable {
        long taken() {
            return wire == null ? 0 : wire.taken();
        }

        ServerProcess process() {
            return contender.gateway().process();
        }

        @Override
        public void close() throws IOException {
            contender.close();
            if (wire != null) wire.close();
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
        var all = new ArrayList<Beside>();
        var asked = new LinkedHashMap<String, Long>();
        var idle = new LinkedHashMap<String, Double>();
        try {
            start(all);
            idle(all, idle);
            for (var each : all) each.process().stand();
            measure(all, asked);
        } finally {
            for (var each : all) each.close();
        }
        print(facts, all, asked, idle);
        Folders.empty(folder);
        return 0;
    }

    /// Each ledger has taken a head of its gateway before it becomes what it is to be. The chain is gone afterwards.
    private void start(List<Beside> all) throws IOException, InterruptedException {
        try (var chain = Consortium.up(ledgers, folder.resolve("network"))) {
            add(all, WITHOUT, null);
            add(all, WITHOUT + ", once more", null);
            for (var manner : List.of(
                    LedgerWire.Manner.DEAD,
                    LedgerWire.Manner.SLOW,
                    LedgerWire.Manner.FLOODS,
                    LedgerWire.Manner.DRIPS)) {
                var wire = new LedgerWire(chain.node());
                int before = chain.lodged().size();
                add(all, manner.name().toLowerCase(Locale.ROOT), wire);
                long deadline = System.nanoTime() + PATIENCE.toNanos();
                while (chain.lodged().size() == before) {
                    if (System.nanoTime() > deadline) throw new IOException("no head was lodged after " + PATIENCE);
                    Thread.sleep(100);
                }
                wire.become(manner);
            }
        }
    }

    private void add(List<Beside> all, String name, @Nullable LedgerWire wire)
            throws IOException, InterruptedException {
        var contender = new SealpostContender(Optional.of(heap), wire == null ? "" : Consortium.settings(wire.url()));
        all.add(new Beside(name, contender, wire, new ArrayList<>()));
        contender.start(Files.createDirectories(folder.resolve("gateway-" + all.size())), List.of());
        System.err.println(name + " has started");
    }

    /// What a relay costs that tries in vain does not depend on the load: so it is seen best where there is none.
    private static void idle(List<Beside> all, Map<String, Double> millisPerSecond) throws InterruptedException {
        Thread.sleep(SETTLING.toMillis());
        var before = new ArrayList<Duration>();
        for (var each : all) before.add(each.process().processorTime());
        Thread.sleep(IDLE.toMillis());
        for (int i = 0; i < all.size(); i++) {
            var used = all.get(i).process().processorTime().minus(before.get(i));
            millisPerSecond.put(all.get(i).name(), (double) used.toMillis() / IDLE.toSeconds());
        }
        System.err.println("processor time in ms/s while nothing is to be done: " + millisPerSecond);
    }

    /// Every other round backwards, so that nobody is always behind the same one.
    private void measure(List<Beside> all, Map<String, Long> asked) throws IOException, InterruptedException {
        var turn = new Turn(connections, inFlight, payloadBytes, warmUp, seconds);
        for (int i = 0; i <= rounds; i++) {
            var order = new ArrayList<>(all);
            if (i % 2 == 1) Collections.reverse(order);
            for (var each : order) {
                long before = each.taken(); // what came due while it stood still is asked at once
                each.process().goOn();
                var round = turn.of(each.contender(), OptionalDouble.empty());
                asked.merge(each.name(), i == 0 ? 0 : each.taken() - before, Long::sum);
                each.process().stand();
                if (i > 0) each.rounds().add(round); // the first one warms its JVM
                System.err.printf(
                        Locale.ROOT,
                        "round %d, %s: %,.0f acknowledged/s, %.2f CPU µs/record, others took %.0f %%%n",
                        i,
                        each.name(),
                        round.acknowledgedPerSecond(),
                        round.microsPerRecord(),
                        100 * round.othersShare());
            }
        }
        for (var each : all) each.process().goOn(); // or it could not end
    }

    private void print(Map<String, String> facts, List<Beside> all, Map<String, Long> asked, Map<String, Double> idle) {
        var out = new StringBuilder("### Capture beside a ledger that misbehaves\n\n");
        facts.forEach((name, value) ->
                out.append("- ").append(name).append(": ").append(value).append('\n'));
        out.append(String.format(Locale.ROOT, """

                Median of %d rounds, and the interval that holds the true median with 95 %% (exact, of a binomial distribution); ratios to the gateway without a ledger, round by round.
                "Asked" is how often the gateway turned to its ledger's node within the turns, whose connections were taken; a dead one takes none.
                "Idle" is processor time in a second of a minute in which there was nothing to do: all of what trying in vain costs.

                | ledger | acknowledged/s | : without | CPU µs/record | : without | ack p99 ms | : without | asked | idle ms/s |
                |---|---|---|---|---|---|---|---|---|
                """, rounds));
        var without = all.getFirst();
        for (var each : all) {
            out.append("| ").append(each.name());
            column(out, each, without, 0, Round::acknowledgedPerSecond);
            column(out, each, without, 2, Round::microsPerRecord);
            column(out, each, without, 1, round -> round.latencyMillis(0.99));
            out.append(" | ")
                    .append(each.wire() == null ? "–" : asked.get(each.name()))
                    .append(String.format(Locale.ROOT, " | %.1f |%n", idle.get(each.name())));
        }
        System.out.println(out);
    }

    private static void column(
            StringBuilder out, Beside each, Beside without, int decimals, ToDoubleFunction<Round> figure) {
        out.append(" | ")
                .append(Interval.of(each.rounds().stream().mapToDouble(figure)).text(decimals))
                .append(" | ");
        out.append(
                each == without
                        ? "1"
                        : Interval.of(IntStream.range(0, each.rounds().size())
                                        .mapToDouble(i -> figure.applyAsDouble(
                                                        each.rounds().get(i))
                                                / figure.applyAsDouble(
                                                        without.rounds().get(i))))
                                .text(3));
    }
}
