package org.sealpost.hsm.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Has JMH measure [SigningCall], with what each call allocates, and leaves the figures as JSON beside the
/// folder.
@Command(
        name = "hsm-bridge/bench/jmh",
        mixinStandardHelpOptions = true,
        description = "What one call of SigningKey.sign costs, by JMH, in the process and through the driver process.")
public final class SigningCallRun implements Callable<Integer> {
    @Option(names = "--forks", defaultValue = "5", description = "JVMs for each way; default: ${DEFAULT-VALUE}")
    private int forks;

    @Option(names = "--short", description = "a moment of each way: does it run, not how fast")
    private boolean brief;

    @Option(names = "--folder", required = true, description = "for the token meanwhile; emptied before and after")
    private Path folder = Path.of("");

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new SigningCallRun()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<String> missing = Place.missing();
        if (!missing.isEmpty()) {
            System.err.println("Not installed: " + String.join(" ", missing) + " (packages of Debian).");
            return 1;
        }
        folder = folder.toAbsolutePath();
        empty();
        Files.createDirectories(folder);
        for (Map.Entry<String, String> fact : Machine.facts().entrySet()) {
            System.out.println(fact.getKey() + ": " + fact.getValue());
        }
        int status = measure(Place.make(folder));
        System.out.println("load average at the end: " + Machine.load());
        empty();
        return status;
    }

    /// In a process of its own, since SoftHSM finds its folder by the environment, which JMH's forks inherit.
    private int measure(Place place) throws IOException, InterruptedException {
        var command = new ArrayList<String>(place.java(
                Measuring.class,
                // Others may measure on this machine at the same time, in tests that ask only whether it runs.
                List.of("-Djmh.ignoreLock=true"),
                folder.toString(),
                result().toString(),
                Integer.toString(brief ? 1 : forks),
                Boolean.toString(brief)));
        var builder = new ProcessBuilder(command).inheritIO();
        builder.environment().putAll(place.environment());
        return builder.start().waitFor();
    }

    private Path result() {
        return folder.resolveSibling(folder.getFileName() + ".json");
    }

    /// JMH itself: `FOLDER RESULT FORKS SHORT`.
    static final class Measuring {
        private Measuring() {}

        public static void main(String[] arguments) throws Exception {
            boolean brief = Boolean.parseBoolean(arguments[3]);
            var options = new OptionsBuilder()
                    .include(SigningCall.class.getName())
                    .addProfiler(GCProfiler.class)
                    .jvmArgsAppend("--enable-native-access=ALL-UNNAMED", "-D" + SigningCall.FOLDER + "=" + arguments[0])
                    .forks(Integer.parseInt(arguments[2]))
                    .warmupIterations(brief ? 1 : 5)
                    .warmupTime(brief ? TimeValue.milliseconds(100) : TimeValue.seconds(2))
                    .measurementIterations(brief ? 1 : 10)
                    .measurementTime(brief ? TimeValue.milliseconds(100) : TimeValue.seconds(2))
                    .shouldFailOnError(true)
                    .resultFormat(ResultFormatType.JSON)
                    .result(arguments[1])
                    .build();
            new Runner(options).run();
        }
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
}
