package org.sealpost.hsm.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.sealpost.hsm.bench.Contender.Block;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Has all contenders sign in turns, on one machine in one run, and prints what docs/benchmarks.md wants to
/// know. It judges nothing but the signatures: figures depend on the machine.
@Command(
        name = "hsm-bridge/bench/run",
        mixinStandardHelpOptions = true,
        description = "What a signature costs: hsm-bridge beside a C program, SunPKCS11, ipkcs11wrapper and p11-kit.")
public final class Speed implements Callable<Integer> {
    static final int SLOW_SESSIONS = 8;
    static final int SLOW_MICROS = 5000;

    @Option(names = "--pairs", defaultValue = "20", description = "rounds on SoftHSM; default: ${DEFAULT-VALUE}")
    private int pairs;

    @Option(names = "--seconds", defaultValue = "0.5", description = "of a block; default: ${DEFAULT-VALUE}")
    private double seconds;

    @Option(names = "--warm-ups", defaultValue = "6", description = "rounds before them; default: ${DEFAULT-VALUE}")
    private int warmUps;

    @Option(names = "--short", description = "one round of blocks of a moment: does it run, not how fast")
    private boolean brief;

    @Option(names = "--folder", required = true, description = "for the token and the logs meanwhile; emptied before")
    private Path folder = Path.of("");

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Speed()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<String> missing = Place.missing();
        if (!missing.isEmpty()) {
            System.err.println("Not installed: " + String.join(" ", missing) + " (packages of Debian).");
            return 1;
        }
        if (brief) {
            pairs = 1;
            warmUps = 0;
            seconds = 0.05;
        }
        folder = folder.toAbsolutePath();
        empty();
        Files.createDirectories(folder);
        Map<String, String> facts = Machine.facts();
        facts.put("turns", "%d rounds of %.2f s after %d".formatted(pairs, seconds, warmUps));
        Place place = Place.make(folder);
        // Part by part, so that a run which is ended keeps what it has.
        System.out.print(SpeedReport.facts(facts));
        System.out.print(softHsm(place));
        System.out.print(SpeedReport.rote(rote(place)));
        System.out.print(SpeedReport.slow(slow(place)));
        System.out.print(SpeedReport.survivors(survivors(place)));
        System.out.println("\nLoad average at the end: " + Machine.load());
        empty();
        return 0;
    }

    /// A real module, one session.
    private String softHsm(Place place) throws IOException {
        try (Field field = Field.before(place, place.module(), 1, Map.of())) {
            say("SoftHSM, one call at a time");
            Turns oneByOne = turns(field, contender -> contender.oneByOne(seconds));
            say("SoftHSM, as many as it can");
            return SpeedReport.real(oneByOne, turns(field, contender -> contender.many(seconds)));
        }
    }

    /// A module that takes no time.
    private Turns rote(Place place) throws IOException {
        try (Field field = Field.before(place, place.rote(), 1, Map.of())) {
            say("a module that signs by rote");
            return turns(field, contender -> contender.many(seconds));
        }
    }

    /// A module that takes 5 ms.
    private Turns slow(Place place) throws IOException {
        Map<String, String> delay = Map.of("ROTE_DELAY_US", Integer.toString(SLOW_MICROS));
        try (Field field = Field.before(place, place.rote(), SLOW_SESSIONS, delay)) {
            say("a token of 5 ms with 8 sessions");
            return Turns.take(field, Math.min(1, warmUps), Math.max(1, pairs / 4), contender -> slowly(contender));
        }
    }

    private Block slowly(Contender contender) throws IOException {
        return contender.many(4 * seconds);
    }

    private List<Survivors> survivors(Place place) throws IOException {
        say("what survives young collections");
        int count = brief ? 2_000 : 100_000;
        return List.of(
                Survivors.inside(place, count),
                Survivors.inDriverProcess(place, count, false),
                Survivors.inDriverProcess(place, count, true));
    }

    private Turns turns(Field field, Turns.Turn turn) throws IOException {
        return Turns.take(field, warmUps, pairs, turn);
    }

    /// Takes away what an earlier run has left.
    private void empty() throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> below = Files.walk(folder)) {
                for (Path path : below.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    private static void say(String line) {
        System.err.println(line);
    }
}
