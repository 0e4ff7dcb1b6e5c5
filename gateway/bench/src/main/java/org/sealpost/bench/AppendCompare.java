package org.sealpost.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Append and force: our journal under many producers, then a C program that writes the same groups, in turns.
@Command(
        name = "gateway/bench/append",
        mixinStandardHelpOptions = true,
        description = "Append and force: the journal beside a C program that writes the same groups.")
public final class AppendCompare implements Callable<Integer> {
    @Option(names = "--rounds", defaultValue = "7", description = "default: ${DEFAULT-VALUE}")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "4", description = "of each round; default: ${DEFAULT-VALUE}")
    private double seconds;

    @Option(names = "--producers", defaultValue = "64", description = "default: ${DEFAULT-VALUE}")
    private int producers;

    @Option(names = "--entry", defaultValue = "512", description = "bytes; default: ${DEFAULT-VALUE}")
    private int entryBytes;

    @Option(
            names = "--segment",
            defaultValue = "67108864",
            description = "bytes; default: ${DEFAULT-VALUE}, as the gateway's")
    private int segmentBytes;

    @Option(names = "--short", description = "one round of a second: does it run, not how fast")
    private boolean brief;

    @Option(names = "--source", required = true, description = "of the C program")
    private Path source = Path.of("");

    @Option(names = "--folder", required = true, description = "where files are written meanwhile")
    private Path folder = Path.of("");

    /// Both of one round.
    private record Pair(AppendLoad.Result ours, Plain plain) {
        double entriesPerSecond() {
            return ours.entries() * 1e9 / ours.elapsed().toNanos();
        }

        double entriesPerSecondOfPlain() {
            return ours.entries() * 1e9 / plain.elapsed().toNanos();
        }

        /// The same bytes in the same groups, so the ratio of times is that of rates.
        double ratio() {
            return (double) plain.elapsed().toNanos() / ours.elapsed().toNanos();
        }

        double outsideShare() {
            return 1 - (double) ours.writing().toNanos() / ours.elapsed().toNanos();
        }
    }

    /// What the C program said.
    private record Plain(Duration elapsed, Duration processorTime) {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new AppendCompare()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (brief) {
            rounds = 1;
            seconds = 1;
        }
        folder = folder.toAbsolutePath().resolve("append");
        Folders.empty(folder);
        Files.createDirectories(folder);
        var compiler = Stream.of("/usr/bin/cc", "/usr/bin/gcc")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
        if (compiler.isEmpty()) throw new IOException("a C compiler is needed (Debian: gcc)");
        var program = folder.resolve("append");
        run(List.of(compiler.get().toString(), "-O2", "-o", program.toString(), source.toString()));
        var facts = Machine.facts(folder);
        facts.put(
                "load",
                String.format(
                        Locale.ROOT,
                        "%d producers with one entry of %d bytes each, segments of %d MiB, %d rounds of %.0f s",
                        producers,
                        entryBytes,
                        segmentBytes >> 20,
                        rounds,
                        seconds));
        // Compiled by then: the first rounds of a JVM measure its compiler.
        ours("warm-up");
        var pairs = new ArrayList<Pair>();
        for (int i = 1; i <= rounds; i++) {
            var pair = pair(program, "round-" + i);
            pairs.add(pair);
            System.err.printf(
                    Locale.ROOT,
                    "round %d: %,.0f entries/s, C %,.0f, ratio %.3f, %.1f %% of the time outside write and force%n",
                    i,
                    pair.entriesPerSecond(),
                    pair.entriesPerSecondOfPlain(),
                    pair.ratio(),
                    100 * pair.outsideShare());
        }
        System.out.println(markdown(facts, pairs));
        Folders.empty(folder);
        return 0;
    }

    private AppendLoad.Result ours(String name) throws IOException, InterruptedException {
        var place = folder.resolve(name);
        Files.createDirectories(place);
        var result = AppendLoad.run(
                place,
                segmentBytes,
                producers,
                entryBytes,
                MqttLoad.seconds(brief ? 0.2 : 1),
                MqttLoad.seconds(seconds));
        Folders.empty(place);
        return result;
    }

    private Pair pair(Path program, String name) throws IOException, InterruptedException {
        var ours = ours(name);
        var groups = folder.resolve("groups");
        Files.writeString(groups, ours.groups().stream().map(l -> l + "\n").collect(Collectors.joining()));
        var file = folder.resolve("plain");
        var words = run(List.of(program.toString(), file.toString(), groups.toString()))
                .strip()
                .split(" ");
        Files.delete(file);
        return new Pair(
                ours,
                new Plain(Duration.ofNanos(Long.parseLong(words[0])), Duration.ofNanos(Long.parseLong(words[1]))));
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        int exit = process.waitFor();
        if (exit != 0) throw new IOException(command.getFirst() + " ended with " + exit);
        return output;
    }

    private static String markdown(Map<String, String> facts, List<Pair> pairs) {
        var out = new StringBuilder("### Append and force, beside a C program\n\n");
        facts.forEach((name, value) ->
                out.append("- ").append(name).append(": ").append(value).append('\n'));
        out.append("""

                The C program writes the same bytes in the same groups, `pwrite` and `fdatasync`, into a file that was
                filled before. It has no producers, no queue, no checksums, and its file does not end: ours rolls to the
                next segment, which is filled meanwhile. The journal's turn and the program's follow each other.
                Median of the rounds, least and greatest in brackets.

                | | entries/s | CPU µs/entry | entries a group |
                |---|---|---|---|
                """);
        row(
                out,
                pairs,
                "journal behind one queue",
                Pair::entriesPerSecond,
                p -> micros(p, p.ours().processorTime()));
        row(
                out,
                pairs,
                "C program",
                Pair::entriesPerSecondOfPlain,
                p -> micros(p, p.plain().processorTime()));
        out.append("\nThe journal's rate is **")
                .append(spread(pairs, Pair::ratio).text(3));
        out.append("** of the C program's. Outside write and force the writer spends ");
        out.append(spread(pairs, p -> 100 * p.outsideShare()).text(1)).append(" % of its time.\n");
        return out.toString();
    }

    private static void row(
            StringBuilder out,
            List<Pair> pairs,
            String name,
            ToDoubleFunction<Pair> rate,
            ToDoubleFunction<Pair> micros) {
        out.append("| ").append(name).append(" | ").append(spread(pairs, rate).text(0));
        out.append(" | ").append(spread(pairs, micros).text(2));
        out.append(" | ")
                .append(spread(
                                pairs,
                                p -> (double) p.ours().entries()
                                        / p.ours().groups().size())
                        .text(0))
                .append(" |\n");
    }

    private static double micros(Pair pair, Duration processorTime) {
        return processorTime.toNanos() / 1e3 / pair.ours().entries();
    }

    private static Spread spread(List<Pair> pairs, ToDoubleFunction<Pair> figure) {
        return Spread.of(pairs.stream().mapToDouble(figure));
    }
}
