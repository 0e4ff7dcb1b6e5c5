package org.sealpost.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// A log with proofs beside Tessera's POSIX log, for the same leaves and durability, in turns.
@Command(
        name = "gateway/bench/log",
        mixinStandardHelpOptions = true,
        description = "Journal, tree and checkpoint beside Tessera POSIX, in turns.")
public final class LogCompare implements Callable<Integer> {
    @Option(names = "--rounds", defaultValue = "5", description = "default: ${DEFAULT-VALUE}")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "5", description = "measured in each turn; default: ${DEFAULT-VALUE}")
    private double seconds;

    @Option(names = "--warm-up", defaultValue = "3", description = "seconds before them; default: ${DEFAULT-VALUE}")
    private double warmUp;

    @Option(names = "--leaf", defaultValue = "512", description = "bytes; default: ${DEFAULT-VALUE}")
    private int leafBytes;

    @Option(names = "--waiters", split = ",", defaultValue = "1024,64", description = "default: ${DEFAULT-VALUE}")
    private List<Integer> waiters = List.of();

    @Option(names = "--http", defaultValue = "1024", description = "connections; default: ${DEFAULT-VALUE}")
    private int connections;

    @Option(
            names = "--best",
            defaultValue = "1024=256:250ms,64=64:1ms",
            split = ",",
            description = "Tessera's batch size and age for so many waiters; default: ${DEFAULT-VALUE}")
    private Map<Integer, String> best = new LinkedHashMap<>();

    @Option(names = "--short", description = "one round of a second: does it run, not how fast")
    private boolean brief;

    @Option(names = "--peer", description = "where Tessera lies: tessera=FOLDER")
    private Map<String, Path> peers = new LinkedHashMap<>();

    @Option(names = "--folder", required = true, description = "where the logs are kept meanwhile")
    private Path folder = Path.of("");

    private final Map<LogContender, List<LogContender.Turn>> turns = new LinkedHashMap<>();
    private final Map<LogContender, String> syncs = new LinkedHashMap<>();
    private final List<String> notes = new ArrayList<>();

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new LogCompare()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (brief) {
            rounds = 1;
            seconds = 1;
            warmUp = 0.5;
            connections = Math.min(connections, 64);
        }
        folder = folder.toAbsolutePath().resolve("log");
        Folders.empty(folder);
        Files.createDirectories(folder);
        for (var contender : contenders()) turns.put(contender, new ArrayList<>());
        var facts = Machine.facts(folder);
        facts.put(
                "load",
                String.format(
                        Locale.ROOT,
                        "leaves of %d bytes, %d rounds of %.0f s after %.0f s warm-up",
                        leafBytes,
                        rounds,
                        seconds,
                        warmUp));
        try {
            if (!brief) traces();
            measure();
        } finally {
            for (var contender : turns.keySet()) contender.close();
        }
        System.out.println(markdown(facts));
        Folders.empty(folder);
        return 0;
    }

    private void measure() throws IOException, InterruptedException {
        var load = new LogContender.Load(leafBytes, MqttLoad.seconds(warmUp), MqttLoad.seconds(seconds));
        for (int i = 1; i <= rounds; i++) {
            for (var contender : turns.keySet()) {
                var turn = turn(contender, load, List.of());
                turns.get(contender).add(turn);
                System.err.printf(
                        Locale.ROOT,
                        "round %d, %s: %,.0f leaves/s, %.2f CPU µs/leaf, p50 %.1f ms, p99 %.1f ms%n",
                        i,
                        contender.name(),
                        turn.perSecond(),
                        turn.microsPerLeaf(),
                        turn.p50Millis(),
                        turn.p99Millis());
            }
        }
    }

    private LogContender.Turn turn(LogContender contender, LogContender.Load load, List<String> wrapper)
            throws IOException, InterruptedException {
        var place = Files.createDirectories(folder.resolve("turn"));
        try {
            return contender.turn(place, load, wrapper);
        } finally {
            Folders.empty(place);
        }
    }

    private List<LogContender> contenders() {
        var all = new ArrayList<LogContender>();
        var tessera = peers.containsKey("tessera") ? peers.get("tessera").resolve("tessera") : null;
        if (tessera == null) notes.add("Tessera has not been fetched and was left out.");
        for (int count : waiters) {
            all.add(new LogContender.Itself(
                    String.format(Locale.ROOT, "journal and tree, %,d waiters", count), (place, load) -> {
                        var command = new ArrayList<>(Jvm.command());
                        command.add(LogLoad.class.getName());
                        command.addAll(List.of("--folder", place.toString(), "--waiters", Integer.toString(count)));
                        command.addAll(List.of("--leaf", Integer.toString(load.leafBytes())));
                        command.addAll(List.of(
                                "--warm-up", Double.toString(load.warmUp().toNanos() / 1e9)));
                        command.addAll(List.of("--measured", Double.toString(load.measuredSeconds())));
                        return command;
                    }));
            if (tessera == null) continue;
            all.add(tessera(tessera, count, "defaults", List.of()));
            var settings = best.get(count);
            if (settings != null && !settings.equals("256:250ms")) {
                all.add(tessera(tessera, count, "batch " + settings, settings(settings)));
            }
        }
        if (SealpostGateway.softHsm().findAny().isPresent()) all.add(new HttpLogs.Gateway(folder, connections));
        else notes.add("SoftHSM is not installed: the gateway behind HTTP was left out.");
        if (tessera != null) {
            var settings = best.getOrDefault(connections, "256:250ms");
            all.add(new HttpLogs.Tessera(
                    folder,
                    "Tessera over HTTP, " + connections + " connections, batch " + settings,
                    tessera,
                    settings(settings),
                    connections));
        }
        return all;
    }

    private static LogContender tessera(Path program, int count, String how, List<String> settings) {
        return new LogContender.Itself(
                String.format(Locale.ROOT, "Tessera, %,d waiters, %s", count, how), (place, load) -> {
                    var command = new ArrayList<>(List.of(
                            program.toString(), "--folder", place.resolve("log").toString()));
                    command.addAll(List.of("--waiters", Integer.toString(count)));
                    command.addAll(List.of("--leaf", Integer.toString(load.leafBytes())));
                    command.addAll(List.of("--warm-up", load.warmUp().toMillis() + "ms"));
                    command.addAll(List.of("--measured", load.measured().toMillis() + "ms"));
                    command.addAll(settings);
                    return command;
                });
    }

    /// `64:1ms` is a batch of 64 that waits a millisecond.
    private static List<String> settings(String batchAndAge) {
        var both = batchAndAge.split(":", 2);
        if (both.length != 2) throw new IllegalArgumentException("--best: WAITERS=SIZE:AGE, not " + batchAndAge);
        return List.of("--batch", both[0], "--age", both[1]);
    }

    /// How many syncs a leaf takes: a contender that forces nothing before it answers shows itself here.
    private void traces() throws IOException, InterruptedException {
        var strace = SyncTrace.program();
        if (strace.isEmpty()) {
            notes.add("strace is not installed here: how often the logs sync was not looked at.");
            return;
        }
        var load = new LogContender.Load(leafBytes, MqttLoad.seconds(0.5), MqttLoad.seconds(1));
        for (var contender : turns.keySet()) {
            var output = folder.resolve("strace.log");
            var turn = turn(contender, load, SyncTrace.counting(strace.get(), output));
            long calls = SyncTrace.count(output);
            syncs.put(contender, String.format(Locale.ROOT, "%,d for %,d leaves", calls, turn.total()));
            Files.delete(output);
        }
    }

    private String markdown(Map<String, String> facts) {
        var out = new StringBuilder("### A log with proofs, beside Tessera POSIX\n\n");
        facts.forEach((name, value) ->
                out.append("- ").append(name).append(": ").append(value).append('\n'));
        out.append("""

                A waiter adds a leaf, waits until it is durable and integrated, and adds the next. Journal and tree sign a
                checkpoint a second, as Tessera does (Ed25519). Behind HTTP the gateway hashes, salts and forces before it
                answers, and seals afterwards: sealed/s counts until the last seal, warm-up included.
                A turn is a process of its own on an empty folder; servers behind HTTP stay from
                turn to turn. Median of the rounds, least and greatest in brackets.

                | log | leaves/s | sealed/s | CPU µs/leaf | p50 ms | p99 ms | syncs, traced |
                |---|---|---|---|---|---|---|
                """);
        turns.forEach((contender, all) -> {
            boolean seals = all.stream().allMatch(turn -> turn.sealedPerSecond().isPresent());
            out.append("| ")
                    .append(String.join(
                            " | ",
                            contender.name(),
                            spread(all, LogContender.Turn::perSecond).text(0),
                            seals
                                    ? spread(all, t -> t.sealedPerSecond().orElseThrow())
                                            .text(0)
                                    : "–",
                            spread(all, LogContender.Turn::microsPerLeaf).text(2),
                            spread(all, LogContender.Turn::p50Millis).text(1),
                            spread(all, LogContender.Turn::p99Millis).text(1),
                            syncs.getOrDefault(contender, "–")))
                    .append(" |\n");
        });
        ratios(out);
        for (var note : notes) out.append("\n- ").append(note).append('\n');
        return out.toString();
    }

    /// Ours beside each Tessera that follows it, round by round.
    private void ratios(StringBuilder out) {
        out.append("\n| pairs of ").append(rounds).append(" | leaves/s | CPU per leaf |\n|---|---|---|\n");
        LogContender ours = null;
        for (var contender : turns.keySet()) {
            if (!contender.name().startsWith("Tessera")) {
                ours = contender;
                continue;
            }
            if (ours == null) continue;
            var first = turns.get(ours);
            var other = turns.get(contender);
            out.append("| ")
                    .append(ours.name())
                    .append(" : ")
                    .append(contender.name())
                    .append(" | ");
            out.append(pairs(first, other, LogContender.Turn::perSecond)).append(" | ");
            out.append(pairs(first, other, LogContender.Turn::microsPerLeaf)).append(" |\n");
        }
    }

    private static String pairs(
            List<LogContender.Turn> ours, List<LogContender.Turn> other, ToDoubleFunction<LogContender.Turn> figure) {
        return Spread.of(java.util.stream.IntStream.range(0, ours.size())
                        .mapToDouble(i -> figure.applyAsDouble(ours.get(i)) / figure.applyAsDouble(other.get(i))))
                .text(2);
    }

    private static Spread spread(List<LogContender.Turn> all, ToDoubleFunction<LogContender.Turn> figure) {
        return Spread.of(all.stream().mapToDouble(figure));
    }
}
