package org.sealpost.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Loads the gateway and its peers in turns, on one machine in one run, and prints what docs/benchmarks.md wants to
/// know.
/// It judges nothing but correctness: figures depend on the machine.
@Command(
        name = "gateway/bench/run",
        mixinStandardHelpOptions = true,
        description = "MQTT QoS 1, durable and sealed: the gateway beside mosquitto and a bare server, in turns.")
public final class Compare implements Callable<Integer> {
    @Option(names = "--rounds", defaultValue = "5", description = "default: ${DEFAULT-VALUE}")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "8", description = "measured in each turn; default: ${DEFAULT-VALUE}")
    private double seconds;

    @Option(names = "--warm-up", defaultValue = "4", description = "seconds before them; default: ${DEFAULT-VALUE}")
    private double warmUp;

    @Option(names = "--connections", defaultValue = "16", description = "default: ${DEFAULT-VALUE}")
    private int connections;

    @Option(names = "--in-flight", defaultValue = "100", description = "of each connection; default: ${DEFAULT-VALUE}")
    private int inFlight;

    @Option(names = "--payload", defaultValue = "512", description = "bytes; default: ${DEFAULT-VALUE}")
    private int payloadBytes;

    @Option(names = "--short", description = "one round of 2 seconds without trace: does it run, not how fast")
    private boolean brief;

    @Option(names = "--only", split = ",", description = "some of: sealpost, mosquitto, mosquitto-subscribed, bare")
    private List<String> only = List.of();

    @Option(names = "--folder", required = true, description = "where the servers keep their data meanwhile")
    private Path folder = Path.of("");

    private final List<String> notes = new ArrayList<>();

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Compare()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (brief) {
            rounds = 1;
            seconds = 2;
            warmUp = 1;
        }
        folder = folder.toAbsolutePath();
        empty();
        Files.createDirectories(folder);
        var contenders = contenders();
        var facts = Machine.facts(folder);
        facts.put(
                "load",
                String.format(
                        Locale.ROOT,
                        "%d connections × %d in flight, %d bytes, %d rounds of %.0f s after %.0f s warm-up",
                        connections,
                        inFlight,
                        payloadBytes,
                        rounds,
                        seconds,
                        warmUp));
        var traces = brief ? Map.<String, SyncTrace.Finding>of() : traces(contenders);
        var measured = measure(contenders);
        System.out.println(new ComparisonReport(
                        facts,
                        contenders.stream()
                                .map(c -> new ComparisonReport.Result(
                                        c.name(),
                                        c.configuration(),
                                        measured.get(c),
                                        Optional.ofNullable(traces.get(c.name()))))
                                .toList(),
                        notes)
                .markdown());
        empty();
        return 0;
    }

    private List<Contender> contenders() {
        var all = new ArrayList<Contender>();
        if (wanted("sealpost")) all.add(new SealpostContender());
        if (wanted("bare")) all.add(new BareContender());
        var mosquitto = MosquittoContender.program();
        if (mosquitto.isEmpty()) notes.add("mosquitto is not installed here and was left out.");
        else {
            if (wanted("mosquitto")) all.add(new MosquittoContender(mosquitto.get(), false));
            if (wanted("mosquitto-subscribed")) all.add(new MosquittoContender(mosquitto.get(), true));
        }
        return all;
    }

    private boolean wanted(String name) {
        return only.isEmpty() || only.contains(name);
    }

    private Map<String, SyncTrace.Finding> traces(List<Contender> contenders) throws IOException, InterruptedException {
        var strace = SyncTrace.program();
        if (strace.isEmpty()) {
            notes.add("strace is not installed here: whether the servers sync before they answer was not looked at.");
            return Map.of();
        }
        var traces = new HashMap<String, SyncTrace.Finding>();
        for (var contender : contenders) {
            say("tracing " + contender.name());
            traces.put(contender.name(), SyncTrace.of(contender, place(contender, "traced"), strace.get()));
        }
        return traces;
    }

    private Map<Contender, List<Round>> measure(List<Contender> contenders) throws IOException, InterruptedException {
        var measured = new HashMap<Contender, List<Round>>();
        try {
            for (var contender : contenders) {
                contender.start(place(contender, "measured"), List.of());
                measured.put(contender, new ArrayList<>());
            }
            for (int i = 1; i <= rounds; i++) {
                for (var contender : contenders) {
                    contender.beforeRound();
                    var round = turn(contender);
                    measured.get(contender).add(round);
                    say(String.format(
                            Locale.ROOT,
                            "round %d, %s: %,.0f acknowledged/s, %.2f CPU µs/record, others took %.0f %% of the processors",
                            i,
                            contender.name(),
                            round.acknowledgedPerSecond(),
                            round.microsPerRecord(),
                            100 * round.othersShare()));
                }
            }
        } finally {
            for (var contender : contenders) contender.close();
        }
        return measured;
    }

    private Round turn(Contender contender) throws IOException, InterruptedException {
        var plan = new LoadPlan(
                "127.0.0.1",
                contender.port(),
                contender.login(),
                connections,
                inFlight,
                MqttLoad.seconds(warmUp),
                MqttLoad.seconds(seconds),
                Duration.ofSeconds(60));
        var used = contender.processorTime();
        var ownUsed = ownProcessorTime();
        var allUsed = Machine.busy();
        long start = System.nanoTime();
        var report = MqttLoad.run(plan, Publications.endless(contender.topic(), payloadBytes, start));
        if (!report.isClean()) {
            throw new IOException(contender.name() + " left " + report.unanswered()
                    + " PUBLISHes unanswered and closed " + report.lostConnections() + " connections");
        }
        boolean sealed = contender.awaitSealed(report.acknowledgedTotal());
        var untilSealed = Duration.ofNanos(System.nanoTime() - start);
        var processorTime = contender.processorTime().minus(used);
        var others = Machine.busy()
                .minus(allUsed)
                .minus(processorTime)
                .minus(ownProcessorTime().minus(ownUsed));
        double available = (double) untilSealed.toNanos() * Runtime.getRuntime().availableProcessors();
        contender.checkPublished();
        return new Round(
                report,
                sealed ? Optional.of(untilSealed) : Optional.empty(),
                processorTime,
                Math.clamp(others.toNanos() / available, 0, 1));
    }

    private static Duration ownProcessorTime() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    private Path place(Contender contender, String purpose) throws IOException {
        var name = contender.name().replaceAll("[^a-z]+", "-");
        return Files.createDirectories(folder.resolve(purpose).resolve(name));
    }

    /// Takes away what this program makes below its folder, and nothing else.
    private void empty() throws IOException {
        for (var purpose : List.of("traced", "measured")) {
            if (!Files.exists(folder.resolve(purpose))) continue;
            try (var below = Files.walk(folder.resolve(purpose))) {
                for (var path : below.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
            }
        }
    }

    private static void say(String line) {
        System.err.println(line);
    }
}
