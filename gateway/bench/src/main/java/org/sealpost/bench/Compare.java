package org.sealpost.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Loads the gateway and its peers in turns, on one machine in one run, and prints what docs/benchmarks.md wants to
/// know. It judges nothing but correctness: figures depend on the machine.
@Command(
        name = "gateway/bench/run",
        mixinStandardHelpOptions = true,
        description = "MQTT QoS 1, durable and sealed: the gateway beside brokers and a bare server, in turns.")
public final class Compare implements Callable<Integer> {
    @Option(names = "--rounds", defaultValue = "5", description = "default: ${DEFAULT-VALUE}")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "4", description = "measured in each turn; default: ${DEFAULT-VALUE}")
    private double seconds;

    @Option(names = "--warm-up", defaultValue = "2", description = "seconds before them; default: ${DEFAULT-VALUE}")
    private double warmUp;

    @Option(names = "--connections", defaultValue = "16", description = "default: ${DEFAULT-VALUE}")
    private int connections;

    @Option(names = "--in-flight", defaultValue = "100", description = "of each connection; default: ${DEFAULT-VALUE}")
    private int inFlight;

    @Option(names = "--payload", defaultValue = "512", description = "bytes; default: ${DEFAULT-VALUE}")
    private int payloadBytes;

    @Option(names = "--short", description = "one round of 2 seconds without trace: does it run, not how fast")
    private boolean brief;

    @Option(
            names = "--only",
            split = ",",
            description = "some of: sealpost, bare, signing, and mosquitto, moquette, hivemq, each of these with "
                    + "-subscribed, too")
    private List<String> only = List.of();

    @Option(
            names = "--heap",
            description = "the gateway once more, with at most so much memory for objects, as in 256m")
    private Optional<String> heap = Optional.empty();

    @Option(
            names = "--load",
            split = ",",
            description = "open loop in the end: per cent of what each contender did in the closed one, as in 50,90")
    private List<Integer> shares = List.of();

    @Option(names = "--peer", description = "where a peer lies, as in moquette=FOLDER; may be given for each")
    private Map<String, Path> peers = new LinkedHashMap<>();

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
                                .filter(measured::containsKey)
                                .map(c -> new ComparisonReport.Result(
                                        c.name(),
                                        c.configuration(),
                                        measured.get(c).closed(),
                                        measured.get(c).open(),
                                        Optional.ofNullable(traces.get(c.name()))))
                                .toList(),
                        notes)
                .markdown());
        empty();
        return 0;
    }

    private List<Contender> contenders() {
        var all = new ArrayList<Contender>();
        if (wanted("sealpost")) all.add(new SealpostContender(Optional.empty()));
        if (heap.isPresent()) all.add(new SealpostContender(heap));
        if (wanted("bare")) all.add(new BareContender());
        if (wanted("signing")) all.add(new SigningContender());
        var mosquitto = MosquittoContender.program();
        if (mosquitto.isEmpty()) notes.add("mosquitto is not installed here and was left out.");
        else {
            if (wanted("mosquitto")) all.add(new MosquittoContender(mosquitto.get(), false));
            if (wanted("mosquitto-subscribed")) all.add(new MosquittoContender(mosquitto.get(), true));
        }
        for (var kind : JavaBroker.Kind.values()) {
            var name = kind.name().toLowerCase(Locale.ROOT);
            var libraries = peers.get(name);
            if (libraries == null) {
                if (wanted(name)) notes.add(name + " has not been fetched and was left out.");
                continue;
            }
            if (wanted(name)) all.add(new JavaBroker(kind, libraries, false));
            if (wanted(name + "-subscribed")) all.add(new JavaBroker(kind, libraries, true));
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
            try {
                traces.put(contender.name(), SyncTrace.of(contender, place(contender, "traced"), strace.get()));
            } catch (IOException e) {
                if (contender instanceof SealpostContender) throw e;
                notes.add(contender.name() + " could not be traced: " + e.getMessage());
            }
        }
        return traces;
    }

    /// What one contender did: rounds of the closed loop, and those of the open one by their share.
    private record Measured(List<Round> closed, Map<Integer, List<Round>> open) {}

    /// A peer that does not get through is left out, and a sentence says so; the gateway has to get through.
    private Map<Contender, Measured> measure(List<Contender> contenders) throws IOException, InterruptedException {
        var measured = new LinkedHashMap<Contender, Measured>();
        try {
            for (var contender : contenders) {
                try {
                    contender.start(place(contender, "measured"), List.of());
                    measured.put(contender, new Measured(new ArrayList<>(), new LinkedHashMap<>()));
                } catch (IOException e) {
                    leaveOut(contender, "its start", e);
                }
            }
            for (int i = 1; i <= rounds; i++) {
                for (var contender : List.copyOf(measured.keySet())) {
                    Round round;
                    try {
                        contender.beforeRound();
                        round = turn().of(contender, OptionalDouble.empty());
                    } catch (IOException e) {
                        leaveOut(contender, "round " + i, e);
                        measured.remove(contender);
                        continue;
                    }
                    measured.get(contender).closed().add(round);
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
            var inTime = new ArrayList<>(measured.keySet());
            for (int i = 1; i <= rounds && !shares.isEmpty(); i++) {
                for (var contender : List.copyOf(inTime)) {
                    try {
                        openLoop(contender, measured.get(contender), i);
                    } catch (IOException e) {
                        leaveOut(contender, "open loop " + i, e);
                        inTime.remove(contender);
                    }
                }
            }
        } finally {
            for (var contender : contenders) contender.close();
        }
        return measured;
    }

    private void leaveOut(Contender contender, String when, IOException why) throws IOException {
        if (contender instanceof SealpostContender) throw why;
        contender.close();
        var note = contender.name() + " was left out from " + when + " on: " + why.getMessage();
        notes.add(note);
        say(note);
    }

    /// At shares of the contender's own capacity in this run.
    private void openLoop(Contender contender, Measured measured, int number) throws IOException, InterruptedException {
        double capacity = Spread.of(measured.closed().stream().mapToDouble(Round::acknowledgedPerSecond))
                .median();
        for (int share : shares) {
            contender.beforeRound();
            var round = turn().of(contender, OptionalDouble.of(capacity * share / 100));
            measured.open().computeIfAbsent(share, _ -> new ArrayList<>()).add(round);
            say(String.format(
                    Locale.ROOT,
                    "open loop %d, %s at %d %%: %,.0f acknowledged/s, p50 %.1f ms, p99 %.1f ms",
                    number,
                    contender.name(),
                    share,
                    round.acknowledgedPerSecond(),
                    round.latencyMillis(0.5),
                    round.latencyMillis(0.99)));
        }
    }

    private Turn turn() {
        return new Turn(connections, inFlight, payloadBytes, warmUp, seconds);
    }

    private Path place(Contender contender, String purpose) throws IOException {
        var name = contender.name().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        return Files.createDirectories(folder.resolve(purpose).resolve(name));
    }

    /// Takes away what this program makes below its folder, and nothing else.
    private void empty() throws IOException {
        for (var purpose : List.of("traced", "measured")) Folders.empty(folder.resolve(purpose));
    }

    private static void say(String line) {
        System.err.println(line);
    }
}
